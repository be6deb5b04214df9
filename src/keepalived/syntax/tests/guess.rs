//! keepalived.conf or TOML?

use crate::looks_like;

#[test]
fn by_the_first_significant_line() {
    for text in [
        "! Configuration File\n[a]",
        "# c\n\nglobal_defs {\n",
        "$A=5\n",
        "@main x\n",
        "~SEQ(i,1,2) x\n",
        "include x.conf\n",
        "virtual_server 10.0.0.1 80 {",
        "virtual_server 10.0.0.1 80\n{",
        "vrrp_instance a=b {",
        "\u{feff}vrrp_instance x {\n",
        "net_namespace x\n",
        "{",
    ] {
        assert!(looks_like(text), "{text}");
    }
    for text in [
        "",
        "# only a comment\n",
        "[ipvs]\n",
        "  [[service]]",
        "router_id = \"a\"",
        "router_id=\"a\"",
        "\"router_id\" = 1",
        "'a b' = 1",
        "ipvs.on_stop = \"keep\" # [x]\n",
        "a . b= 1",
    ] {
        assert!(!looks_like(text), "{text}");
    }
}
