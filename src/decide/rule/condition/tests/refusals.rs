//! What is refused before anybody is looked at.

use super::super::Condition;

fn refused(text: &str) -> String {
    match Condition::parse(text) {
        Ok(_) => panic!("{text}: expected to be refused"),
        Err(failed) => failed.problem,
    }
}

#[test]
fn what_cannot_be_answered_is_refused_with_its_place() {
    for (text, place, said) in [
        ("", "", "expected an expression"),
        ("cart.size( > 1", "line 1, column 12: ", ""),
        ("size(cart) >", "line 1, column 13: ", ""),
        (
            "true &&\n  trayts.city == 'x'",
            "line 2, column 3: ",
            "instead of trayts, one of",
        ),
        (
            "size(cart) > 0 && cuont('a', '7d') > 1",
            "line 1, column ",
            "instead of cuont, one of age, ",
        ),
        ("count('a', event.name) > 1", "line 1, column ", "as it stands"),
        (
            "count('a', '7 days') > 1",
            "line 1, column 12: ",
            "expected a time such as",
        ),
        (
            "count(event.name, '7d') > 1",
            "line 1, column ",
            "a type of events as it stands",
        ),
        (
            "count('', '7d') > 1",
            "line 1, column 7: ",
            "a type of events as it stands",
        ),
        (
            "count('a') > 1",
            "line 1, column ",
            "count(\"Order Completed\", \"7d\")",
        ),
        ("visits() > 1", "line 1, column ", "visits(\"7d\")"),
        (
            "cart.exists(event, event.price > 1)",
            "",
            "another name than event",
        ),
        (
            "cart.exists(a, cart.exists(b, cart.exists(c, c.price > a.price)))",
            "",
            "at most 2 deep",
        ),
        ("matches('a', 'b')", "line 1, column ", "instead of matches"),
        ("optional.of(1).hasValue()", "", "instead of of"),
        ("now > 1", "line 1, column 1: ", "instead of now"),
        ("Foo{a: 1}.a == 1", "", "no message"),
    ] {
        let problem = refused(text);
        assert!(
            problem.starts_with(place) && problem.contains(said),
            "{text}: {problem}"
        );
    }
}

#[test]
fn an_expression_is_bounded() {
    let long = format!("'{}' == ''", "x".repeat(4_090));
    assert!(refused(&long).contains("4096 letters at most"));
    for deep in [
        format!("{}1{} == 1", "(".repeat(500), ")".repeat(500)),
        format!("1{} > 1", " + 1".repeat(1_000)),
        format!("'a'{} == 'a'", ".size()".repeat(500)),
        format!("event{} == 1", ".a".repeat(2_000)),
        format!("event{} == 1", "[0]".repeat(1_300)),
        format!("{}1{} == 1", "[".repeat(500), "]".repeat(500)),
        format!("true ? {}1 : 2", "true ? 1 : ".repeat(300)),
    ] {
        assert!(!refused(&deep).is_empty());
    }
    let wide = format!("true{}", " && true".repeat(400));
    assert!(Condition::parse(&wide).is_ok());
}
