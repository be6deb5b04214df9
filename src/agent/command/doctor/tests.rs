use std::path::PathBuf;

use doctor::agent::Refusal;

use super::{config, first};

struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("lvs-agent-doctor-{name}-{}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn refused(name: &str, text: &str) -> Refusal {
    config(&File::new(name, text).0).unwrap_err()
}

#[test]
fn a_file_that_is_good() {
    let file = File::new("good", "[[vip]]\naddress = \"192.0.2.1\"\n");
    assert_eq!(1, config(&file.0).unwrap().vips.len());
}

#[test]
fn reasons_have_their_line() {
    let refusal = refused("word", "[[vip]]\naddress = \"192.0.2.1\"\n\nnonsense = 1\n");
    assert!(refusal.why.starts_with("line 4: "), "{refusal:?}");
    assert!(refused("none", "# nothing\n").why.starts_with("the file is empty"));
    assert_eq!("for a reason that it does not tell", first("", &[]));
}

#[test]
fn rights_come_with_their_cure() {
    use std::os::unix::fs::PermissionsExt;
    let file = File::new("rights", "[[vip]]\naddress = \"192.0.2.1\"\n");
    std::fs::set_permissions(&file.0, std::fs::Permissions::from_mode(0o666)).unwrap();
    let refusal = config(&file.0).unwrap_err();
    assert_eq!(Some(format!("chmod go-w {}", file.0.display())), refusal.cure);
}

#[test]
fn what_the_file_names_is_looked_at() {
    let vip = "[[vip]]\naddress = \"192.0.2.1\"\n";
    let weight = "[weight]\ntype = \"script\"\ncommand = [\"/nowhere/weight\"]\n";
    let refusal = refused("script", &format!("{vip}{weight}"));
    assert!(refusal.why.starts_with("[weight] command: "), "{refusal:?}");
    let health = "[health]\nlisten = [\"192.0.2.21:9781\"]\n\
                  tls = { certificate = \"/nowhere/a.pem\", key = \"/nowhere/a.key\" }\n";
    let refusal = refused("tls", &format!("{vip}{health}"));
    assert!(refusal.why.contains("/nowhere/a.pem"), "{refusal:?}");
}
