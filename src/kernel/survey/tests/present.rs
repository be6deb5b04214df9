use std::collections::BTreeSet;
use std::fs;

use doctor::{Modules, Seen};

use crate::survey::present::is_present;

const FUNCTIONS: &str = "0000000000000000 T schedule\n0000000000000000 t nft_register_chain_type_x\n";

/// Loaded, known not to be, built in as the list of functions tells, not there, and unknown.
#[test]
fn each_way_to_tell() {
    let proc = std::env::temp_dir().join(format!("lvs-survey-present-{}", std::process::id()));
    fs::create_dir_all(&proc).unwrap();
    let told = |modules: &Modules| is_present(&proc, modules, "nf_tables", Some("nft_register_chain_type"));
    let known = |names: &[&str]| {
        let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Modules { loaded: Seen::Known(names), available: Seen::default() }
    };
    assert_eq!(None, told(&Modules::default()));
    assert_eq!(Some(false), told(&known(&["ip_vs"])));
    assert_eq!(Some(true), told(&known(&["nf_tables"])));
    fs::write(proc.join("kallsyms"), FUNCTIONS).unwrap();
    assert_eq!(Some(false), told(&Modules::default()));
    fs::write(proc.join("kallsyms"), FUNCTIONS.replace("type_x", "type\t[nf_tables]")).unwrap();
    assert_eq!(Some(true), told(&Modules::default()));
    assert_eq!(None, is_present(&proc, &Modules::default(), "tcp_diag", None));
    fs::write(proc.join("kallsyms"), "").unwrap();
    fs::write(proc.join("modules"), "nf_tables_x 1 0 - Live 0x0\n").unwrap();
    assert_eq!(None, told(&Modules::default()));
    fs::write(proc.join("modules"), "nf_tables 1 0 - Live 0x0\n").unwrap();
    assert_eq!(Some(true), told(&Modules::default()));
    fs::remove_dir_all(proc).unwrap();
}
