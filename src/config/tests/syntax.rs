//! What is wrong with a text as TOML, and values of the wrong type.

mod common;

use common::{refused, service};

#[test]
fn a_value_without_quotes() {
    insta::assert_snapshot!(refused(&service("scheduler = rr")), @r#"3:13 error: string values must be quoted / write "rr""#);
}

#[test]
fn a_value_without_quotes_does_not_hide_the_rest() {
    insta::assert_snapshot!(refused(&service(r"scheduler = rr
wieght = 1
quorum = -1")), @r#"
    3:13 error: string values must be quoted / write "rr"
    4:1 error: [[service]] has no key `wieght` [not known] / did you mean `weight`?
    5:10 error: `quorum` is out of range [not in 1 to 4294967295] / write a number from 1 to 4294967295
    "#);
}

#[test]
fn every_broken_line() {
    insta::assert_snapshot!(refused(r#"[[service]
address = "192.0.2.1:80
weight 3
= 5
[[service.real]]
address = ["192.0.2.8"
"#), @r#"
    1:11 error: unclosed array table [expected `]`]
    2:24 error: invalid basic string [expected `"`]
    3:8 error: key with no value [expected `=`]
    4:1 error: unquoted keys cannot be empty [expected letters or numbers or `-` or `_`]
    6:23 error: unclosed array [expected `]`]
    "#);
}

#[test]
fn words_where_a_number_should_be() {
    insta::assert_snapshot!(refused(&service("weight = 5abc")), @r#"3:10 error: string values must be quoted / write "5abc""#);
}

#[test]
fn a_key_twice() {
    insta::assert_snapshot!(refused(&service(r#"weight = 1
name = "web"
weight = 2"#)), @r#"5:1 error: `weight` is written twice [the second time] / the first is in line 3: keep one of the two"#);
}

#[test]
fn a_section_twice() {
    insta::assert_snapshot!(refused(r#"[http]
listen = []
[ipvs]
own_table = true
[http]
listen = []
[[address]]
address = "192.0.2.1"
interface = "eth0"
"#), @r#"5:2 error: `http` is written twice [the second time] / the first is in line 1: write their keys in one place, or begin each with [[http]] where there may be several"#);
}

#[test]
fn a_value_that_is_used_as_a_table() {
    insta::assert_snapshot!(refused(r#"router_id = "a"
[router_id.b]
c = 1
[[address]]
address = "192.0.2.1"
interface = "eth0"
"#), @r#"2:2 error: `router_id` is a string already, it cannot be a table too [used as a table here] / the first is in line 1: keep one of the two"#);
}

#[test]
fn an_inline_table_that_is_extended() {
    insta::assert_snapshot!(refused(&service(r#"check = { type = "tcp" }
check.port = 80"#)), @r#"4:1 error: `check` is an inline table already, it cannot be a table too [used as a table here] / the first is in line 3: keep one of the two"#);
}

#[test]
fn a_bad_escape() {
    insta::assert_snapshot!(refused(&service(r#"name = "a\q""#)), @r#"3:11 error: missing escaped value [expected `b` or `e` or `f` or `n` or `r` or `\` or `"` or `x` or `u` or `U`]"#);
}

#[test]
fn too_deep() {
    insta::assert_snapshot!(refused(r"a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
"), @r#"1:21 error: cannot recurse further; max recursion depth met [not expected here]"#);
}

#[test]
fn a_list_where_one_table_is() {
    insta::assert_snapshot!(refused(r#"[[http]]
listen = []
[[address]]
address = "192.0.2.1"
interface = "eth0"
"#), @r#"1:1 error: [http] is one table, not a list of them / write [http]"#);
}

#[test]
fn types() {
    insta::assert_snapshot!(refused(&service(r#"name = 5
alpha = "yes"
weight = "3"
quorum = 1.5
scheduler_flags = "sh-port"
check = "none"
sorry_server = 1979-05-27
inhibit = []"#)), @r#"
    3:8 error: `name` takes a string, not a number [this is a number] / write `"web"`
    4:9 error: `alpha` takes true or false, not a string [this is a string] / write `alpha = true` or `alpha = false`
    5:10 error: `weight` takes a whole number, not a string [this is a string] / write a number from 0 to 2147483647, without quotes
    6:10 error: `quorum` takes a whole number, not a number with a fraction [this is a number with a fraction] / write a number from 1 to 4294967295, without quotes
    7:19 error: `scheduler_flags` takes a list, not a string [this is a string] / write `scheduler_flags = ["sh-port"]`
    8:9 error: `check` takes a check, or a list of them, not a string [this is a string] / write `check = { type = "tcp" }`, or `check = []` for none
    9:16 error: `sorry_server` takes a string, not a date or a time [this is a date or a time] / write `"192.0.2.1:80"`
    10:11 error: `inhibit` takes true or false, not a list [this is a list] / write `inhibit = true` or `inhibit = false`
    "#);
}
