//! The report as JSON (RFC 8259): there is so little of it that a crate would be more.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::report::Counts;
use crate::{Finding, Verdict};

/// One object, without line breaks.
pub(crate) fn report(findings: &[Finding], counts: Counts) -> String {
    let all: Vec<String> = findings.iter().map(finding).collect();
    format!(
        r#"{{"findings":[{}],"wrong":{},"fine":{},"not_applicable":{},"not_looked_at":{}}}"#,
        all.join(","),
        counts.wrong,
        counts.fine,
        counts.not_applicable,
        counts.unknown
    )
}

fn finding(finding: &Finding) -> String {
    let head = format!(r#""id":{},"subject":{}"#, string(finding.id), string(&finding.subject));
    let rest = match &finding.verdict {
        Verdict::Fine(seen) => format!(r#""verdict":"fine","what":{}"#, string(seen)),
        Verdict::Wrong { what, cure } => {
            let cure: Vec<String> = cure.iter().map(|line| string(line)).collect();
            format!(r#""verdict":"wrong","what":{},"cure":[{}]"#, string(what), cure.join(","))
        }
        Verdict::NotApplicable(why) => format!(r#""verdict":"not_applicable","what":{}"#, string(why)),
        Verdict::Unknown { why, how } => {
            format!(r#""verdict":"not_looked_at","what":{},"how":{}"#, string(why), string(how))
        }
    };
    format!("{{{head},{rest}}}")
}

fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            sign if u32::from(sign) < 0x20 => quoted.push_str(&format!("\\u{:04x}", u32::from(sign))),
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}
