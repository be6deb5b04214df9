//! Bytes in hexadecimal, as UDP_CHECK has them: blanks anywhere, a digit alone before one is a byte.

use alloc::vec::Vec;

use crate::read::vrrp::value::shown;
use crate::report::Report;
use crate::syntax::Line;

/// What a datagram holds over IPv4.
const MOST: usize = 65_507;

pub(super) fn read(line: &Line, report: &mut Report) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    if line.value(0).is_none() {
        report
            .error(line.place(), format_args!("`{}` has no value", line.keyword()))
            .help("write bytes in hexadecimal: `0a1b 2c`");
        return None;
    }
    for word in line.values() {
        for group in word.text().split_ascii_whitespace() {
            if !add(group, &mut bytes) {
                let draft = report.error(word.place, format_args!("`{}` is not hexadecimal", shown(group)));
                if group.contains(['x', 'X']) {
                    drop(
                        draft
                            .label("`X` stands for any digit")
                            .help("such a pattern is not supported: write the digits, or fewer of them"),
                    );
                } else {
                    drop(draft.help("write the digits 0 to 9 and a to f: `0a1b 2c`"));
                }
                return None;
            }
        }
    }
    if bytes.len() > MOST {
        report
            .error(line.words_place(), format_args!("more than {MOST} bytes"))
            .help("write fewer: no datagram holds them");
        return None;
    }
    Some(bytes)
}

fn add(group: &str, bytes: &mut Vec<u8>) -> bool {
    group.as_bytes().chunks(2).all(|pair| {
        let text =
            core::str::from_utf8(pair).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = text.and_then(|text| u8::from_str_radix(text, 16).ok());
        bytes.extend(byte);
        byte.is_some()
    })
}
