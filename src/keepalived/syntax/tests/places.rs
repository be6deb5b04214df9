//! Every word knows where it comes from.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Parsed, strict};
use crate::syntax::Line;

fn marked(read: &Parsed, line: &Line) -> Vec<String> {
    let text = |place: crate::source::Place| read.sources[0].text[place.range()].to_owned();
    line.words.iter().map(|word| text(word.place)).collect()
}

#[test]
fn of_what_stands_in_the_file() {
    let text = "# ä\r\nservice \"a b\"{ delay  1 # x\n}\ntop a\\#b c\n";
    let read = strict(text);
    assert_eq!(marked(&read, &read.lines[0]), ["service", "\"a b\""]);
    assert_eq!(marked(&read, &read.lines[0].lines()[0]), ["delay", "1"]);
    assert_eq!(marked(&read, &read.lines[1]), ["top", "a\\#b", "c"]);
    let block = read.lines[0].block.as_ref().unwrap();
    assert_eq!(&text[block.open.range()], "{");
    assert_eq!(block.close.map(|close| &text[close.range()]), Some("}"));
    assert_eq!(&text[read.lines[0].whole_place().range()], "service \"a b\"{ delay  1 # x\n}");
}

#[test]
fn of_what_was_made() {
    let text = "$A=10.${B}\n$B=0\n@main top x${A}y ${B} z\n~SEQ(i,1,2) top a ${i}\n";
    let read = strict(text);
    assert_eq!(read.tree, "top x10.0y 0 z; top a 1; top a 2");
    assert_eq!(marked(&read, &read.lines[0]), ["top", "x${A}y", "${B}", "z"]);
    assert_eq!(marked(&read, &read.lines[2]), ["top", "a", "${i}"]);
}

#[test]
fn of_lines_of_a_definition() {
    let text = "$A= \\\n service ${n} { \\\n delay 1 \\\n }\n~SEQ(n,1,2) $A\n";
    let read = strict(text);
    assert_eq!(marked(&read, &read.lines[1]), ["$A", "$A"]);
    assert_eq!(marked(&read, &read.lines[1].lines()[0]), ["$A", "$A"]);
}
