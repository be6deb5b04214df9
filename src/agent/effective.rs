//! The configuration as a file that says every default.

use std::fmt::Write as _;

use config::agent::AgentConfig;
use host::Vip;

/// `check --effective`.
pub(crate) fn effective(config: &AgentConfig) -> String {
    let mut text: String = config.vips.iter().map(vip).collect();
    let listen: Vec<String> =
        config.health_listen.iter().map(|address| quoted(&address.to_string())).collect();
    // writing to a String cannot fail
    let _ = write!(text, "[health]\nlisten = [{}]\n\n", listen.join(", "));
    let _ = write!(text, "[watch]\ninterval = \"{}ms\"\n", config.watch_interval.as_millis());
    text
}

fn vip(vip: &Vip) -> String {
    let services: Vec<String> = vip.services.iter().map(|listener| quoted(&listener.to_string())).collect();
    let mut text = format!("[[vip]]\naddress = \"{}\"\ndevice = {}\n", vip.address, quoted(&vip.device));
    if let Some(label) = &vip.label {
        let _ = writeln!(text, "label = {}", quoted(label));
    }
    if vip.address.is_ipv4() {
        let _ = writeln!(text, "scope = \"{}\"", vip.scope);
    }
    let _ = write!(text, "services = [{}]\n\n", services.join(", "));
    text
}

/// Device names and labels may hold a quote or a backslash.
fn quoted(words: &str) -> String {
    format!("\"{}\"", words.replace('\\', "\\\\").replace('"', "\\\""))
}
