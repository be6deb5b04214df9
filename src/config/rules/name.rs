//! Names: of interfaces, of hosts, of people who get mail.

use core::net::IpAddr;

/// The longest name of an interface, and the longest label of an address, in bytes: `IFNAMSIZ` less the NUL.
pub const LONGEST_INTERFACE: usize = 15;
/// The longest name of a process in `/proc/PID/comm`, in bytes: `TASK_COMM_LEN` less the NUL.
pub const LONGEST_PROCESS: usize = 15;
/// The longest mail address in bytes: RFC 5321 section 4.5.3.1.3, less the angle brackets.
pub const LONGEST_MAIL_ADDRESS: usize = 254;

/// What is wrong with the name of an interface; none where `dev_valid_name` of the kernel takes it. Said behind the name: "is empty".
#[must_use]
pub fn why_no_interface(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("is empty"),
        "." | ".." => Some("is not allowed"),
        _ if name.len() > LONGEST_INTERFACE => Some("is longer than 15 bytes"),
        _ if name.contains(['/', ':']) => Some("has `/` or `:` in it"),
        _ if name.contains(|c: char| c.is_whitespace() || c.is_control()) => Some("has a space in it"),
        _ => None,
    }
}

/// Whether a text is `someone@somewhere`, without a display name.
#[must_use]
pub fn is_mail_address(text: &str) -> bool {
    text.len() <= LONGEST_MAIL_ADDRESS
        && text.rsplit_once('@').is_some_and(|(user, host)| {
            is_mail_part(user) && is_mail_part(host) && !host.split('.').any(str::is_empty)
        })
}

/// Whether a text is what can stand before the `@` of a mail address.
#[must_use]
pub fn is_mail_part(text: &str) -> bool {
    let sound = |c: char| c.is_alphanumeric() || c.is_ascii_graphic() && !"<>()[]\\,;:\"@".contains(c);
    !text.is_empty() && text.chars().all(sound)
}

/// Whether a text is an address, or a name of a host: labels of letters, digits, `-` and `_`, 63 bytes each, 253 in all, perhaps with
/// a dot behind them.
#[must_use]
pub fn is_name_or_address(text: &str) -> bool {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.parse::<IpAddr>().is_ok() || are_labels(text, sound)
}

/// Whether a text can be asked of a name server: labels of 1 to 63 bytes, 253 in all (RFC 1035 section 2.3.4), or `.` alone. Any byte
/// that is seen may be in it but `\`, which escapes others.
#[must_use]
pub fn is_dns_name(text: &str) -> bool {
    text == "." || are_labels(text, |byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn are_labels(text: &str, sound: impl Fn(u8) -> bool) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(&sound);
    name.len() <= 253 && name.split('.').all(label)
}
