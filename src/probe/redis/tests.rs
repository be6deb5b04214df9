#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use health::RedisRole;
use proptest::prelude::*;

use super::judge_role;
use super::resp::{Value, command, decode};

fn whole(bytes: &[u8]) -> Value {
    let (value, used) = decode(bytes).unwrap().unwrap();
    assert_eq!(used, bytes.len());
    value
}

#[test]
fn values() {
    assert_eq!(whole(b"+PONG\r\n"), Value::Simple(b"PONG".to_vec()));
    assert_eq!(whole(b"-NOAUTH x\r\n"), Value::Error(b"NOAUTH x".to_vec()));
    assert_eq!(whole(b":-12\r\n"), Value::Integer(-12));
    assert_eq!(whole(b"$5\r\na\r\nbc\r\n"), Value::Bulk(Some(b"a\r\nbc".to_vec())));
    assert_eq!((whole(b"$-1\r\n"), whole(b"*-1\r\n")), (Value::Bulk(None), Value::Bulk(None)));
    let nested = Value::Array(vec![Value::Integer(1), Value::Array(vec![])]);
    assert_eq!(whole(b"*2\r\n:1\r\n*0\r\n"), nested);
}

#[test]
fn no_values() {
    for bytes in [
        b"PONG\r\n".as_slice(),
        b"\r\n",
        b"+PONG\n",
        b":x\r\n",
        b"$-2\r\n",
        b"$999999999\r\n",
        b"*99999\r\n",
        b"$1\r\nabc",
        b"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
    ] {
        assert!(decode(bytes).is_err(), "{}", String::from_utf8_lossy(bytes));
    }
    assert!(decode(&[b'+'; 5_000]).is_err(), "a line without end");
    assert_eq!(
        decode(b"HTTP/1.1 400 Bad Request\r\n").unwrap_err(),
        "\"HTTP/1.1 400 Bad Request\", which is no answer of a Redis"
    );
}

#[test]
fn commands() {
    assert_eq!(command(&[b"AUTH", b"se\r\ncret"]), b"*2\r\n$4\r\nAUTH\r\n$8\r\nse\r\ncret\r\n");
}

#[test]
fn roles() {
    let master = whole(b"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n");
    let replica = |state: &str| {
        let text =
            format!("*5\r\n$5\r\nslave\r\n$8\r\n10.0.0.1\r\n:6379\r\n${}\r\n{state}\r\n:-1\r\n", state.len());
        whole(text.as_bytes())
    };
    let sentinel = whole(b"*2\r\n$8\r\nsentinel\r\n*0\r\n");
    assert_eq!(judge_role(&master, RedisRole::Master), Ok(()));
    assert_eq!(judge_role(&replica("connected"), RedisRole::Replica), Ok(()));
    let wrong = |value: &Value, role| judge_role(value, role).unwrap_err();
    assert_eq!(wrong(&master, RedisRole::Replica), "it is a master, wanted a replica");
    assert_eq!(wrong(&replica("connected"), RedisRole::Master), "it is a replica, wanted a master");
    assert_eq!(
        wrong(&replica("connect"), RedisRole::Replica),
        "its link to the master is \"connect\", wanted \"connected\""
    );
    assert_eq!(
        wrong(&sentinel, RedisRole::Master),
        "a list that begins with \"sentinel\", which is neither a master nor a replica"
    );
    assert_eq!(wrong(&Value::Error(b"NOPERM no".to_vec()), RedisRole::Master), "\"NOPERM no\"");
    for strange in
        [Value::Integer(1), Value::Bulk(None), Value::Array(vec![]), Value::Array(vec![Value::Array(vec![])])]
    {
        assert!(wrong(&strange, RedisRole::Master).ends_with("which is neither a master nor a replica"));
    }
}

fn value() -> impl Strategy<Value = Value> {
    let text =
        proptest::collection::vec(any::<u8>().prop_filter("a line", |byte| !b"\r\n".contains(byte)), 0..20);
    let leaf = prop_oneof![
        text.clone().prop_map(Value::Simple),
        text.prop_map(Value::Error),
        any::<i64>().prop_map(Value::Integer),
        proptest::option::of(proptest::collection::vec(any::<u8>(), 0..50)).prop_map(Value::Bulk),
    ];
    leaf.prop_recursive(3, 30, 5, |inner| proptest::collection::vec(inner, 0..5).prop_map(Value::Array))
}

fn encode(value: &Value) -> Vec<u8> {
    let line = |mark: &str, text: &[u8]| [mark.as_bytes(), text, b"\r\n"].concat();
    match value {
        Value::Simple(text) => line("+", text),
        Value::Error(text) => line("-", text),
        Value::Integer(number) => line(":", number.to_string().as_bytes()),
        Value::Bulk(None) => line("$", b"-1"),
        Value::Bulk(Some(text)) => [line("$", text.len().to_string().as_bytes()), line("", text)].concat(),
        Value::Array(parts) => {
            [line("*", parts.len().to_string().as_bytes()), parts.iter().flat_map(encode).collect()].concat()
        }
    }
}

proptest! {
    #[test]
    fn a_value_is_whole_or_waited_for(value in value()) {
        let bytes = encode(&value);
        for cut in 0..bytes.len() {
            prop_assert_eq!(decode(&bytes[..cut]), Ok(None));
        }
        let longer = [bytes.as_slice(), b"+more\r\n"].concat();
        prop_assert_eq!(decode(&longer), Ok(Some((value, bytes.len()))));
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'*'), Just(b'$'), Just(b'1'), Just(b'\r'), Just(b'\n')], 0..300)) {
        if let Ok(Some((value, used))) = decode(&bytes) {
            prop_assert!(used <= bytes.len());
            let _ = (judge_role(&value, RedisRole::Master), value.to_string());
        }
    }
}
