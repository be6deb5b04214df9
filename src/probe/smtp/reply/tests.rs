use proptest::prelude::*;

use super::{LINE, Reply};

fn read(mut bytes: &[u8]) -> Result<Reply, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Reply::read(&mut bytes))
}

#[test]
fn one_line_and_several() {
    assert_eq!(read(b"220 mail ESMTP\r\n"), Ok(Reply { code: 220, line: b"220 mail ESMTP".to_vec() }));
    assert_eq!(read(b"220\r\n"), Ok(Reply { code: 220, line: b"220".to_vec() }));
    assert_eq!(read(b"220-a\r\n220-b\n220 c\r\n"), Ok(Reply { code: 220, line: b"220 c".to_vec() }));
}

#[test]
fn what_is_no_reply() {
    assert_eq!(read(b""), Err("connection closed".to_owned()));
    assert_eq!(read(b"22"), Err("connection closed within a line: \"22\"".to_owned()));
    assert_eq!(read(b"SSH-2.0-x\r\n"), Err("not an SMTP answer: \"SSH-2.0-x\"".to_owned()));
    assert_eq!(read(b"\r\n"), Err("not an SMTP answer: \"\"".to_owned()));
    assert_eq!(read(&b"220-x\r\n".repeat(200)), Err("more than 100 lines".to_owned()));
    let endless = read(&[b'2'; LINE * 2]).unwrap_err();
    assert!(endless.starts_with("a line without end: \"222"), "{endless}");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        if let Ok(reply) = read(&bytes) {
            prop_assert!(reply.code < 1000 && reply.line.len() <= bytes.len());
        }
    }
}
