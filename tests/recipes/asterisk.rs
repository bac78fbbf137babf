//! Asterisk: the AGI script in a session with it, and the dialplan's request and what it reads out of the answer.

use std::process::Command;

use crate::{
    asking::{basic, get, percent_encoded, recipe, recipe_text},
    customers::{CALLERS, HIDDEN, House, KNOWN, OF_HIDDEN, OF_KNOWN, READ_KEY},
    flat::{Flat, KEYS, check_form, check_told, read, whole},
    installed::{are_there, without_proxies},
    process::output,
};

/// Presentation allowed, and network provided; presentation prohibited.
const SHOWN: u8 = 3;
const NOT_SHOWN: u8 = 35;
/// What Asterisk answers to a command.
const DONE: &str = "200 result=1\n";
const USAGE: &str =
    "520-Invalid command syntax.  Proper usage follows:\n Usage: SET VARIABLE\n520 End of proper usage.\n";
/// The bytes of a command that Asterisk reads.
const LINE_MAX: usize = 2_048;

/// What Asterisk says of a call.
fn call(number: &str, presentation: u8, region: Option<&str>) -> String {
    let argument = region.map(|region| format!("agi_arg_1: {region}\n"));
    format!(
        "agi_request: asterisk_agi.py\nagi_channel: PJSIP/trunk-00000001\nagi_language: en\nagi_type: PJSIP\n\
         agi_uniqueid: 1795348800.1\nagi_version: 22.0.0\nagi_callerid: {number}\nagi_calleridname: unknown\n\
         agi_callingpres: {presentation}\nagi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\n\
         agi_dnid: 2100000001\nagi_rdnis: unknown\nagi_context: from-trunk\nagi_extension: s\nagi_priority: 2\n\
         agi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 139640000000000\n{}\n",
        argument.unwrap_or_default()
    )
}

/// The commands of the script for a call, each answered with `reply`; it never fails.
fn session(url: &str, key: &str, call: &str, reply: &str) -> Vec<String> {
    let mut script = Command::new("python3");
    without_proxies(&mut script);
    script
        .arg(recipe("asterisk_agi.py"))
        .env("YEKTA_URL", url)
        .env("YEKTA_READ_KEY", key)
        // As a service manager starts Asterisk.
        .env("LC_ALL", "C");
    let input = format!("{call}{}", reply.repeat(KEYS));
    let ended = output(script, input.as_bytes());
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(0), "{said}");
    let commands = String::from_utf8(ended.stdout).unwrap();
    commands.lines().map(str::to_owned).collect()
}

/// The words of a command, taken apart as Asterisk does it.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for letter in command.chars() {
        match letter {
            '"' if !is_escaped => {
                is_quoted = !is_quoted;
                word.get_or_insert_with(String::new);
            }
            ' ' if !is_quoted && !is_escaped => words.extend(word.take()),
            '\\' if !is_escaped => {
                is_escaped = true;
                continue;
            }
            other => word.get_or_insert_with(String::new).push(other),
        }
        is_escaped = false;
    }
    words.extend(word);
    words
}

/// The variables that a session sets, by the names of the answer.
fn variables(commands: &[String]) -> Flat {
    let mut set = Flat::new();
    for command in commands {
        assert!(command.len() < LINE_MAX, "{command}");
        let words = words(command);
        let [one, two, name, text] = words.as_slice() else {
            panic!("not four words: {command}")
        };
        assert_eq!((one.as_str(), two.as_str()), ("SET", "VARIABLE"));
        let name = name.strip_prefix("YEKTA_").unwrap().to_lowercase();
        set.insert(name, text.as_str().into());
    }
    set
}

#[test]
fn a_script_sets_what_is_known_on_the_channel() {
    if !are_there(&["python3"]) {
        return;
    }
    let house = House::open();
    let ask = |call: &str, reply: &str| whole(|| variables(&session(house.url(), READ_KEY, call, reply)));
    for (number, told) in CALLERS {
        let set = ask(&call(number, SHOWN, None), DONE);
        assert_eq!(set.len(), KEYS);
        check_form(&set);
        check_told(&set, told);
    }
    // As dialled at home; answered with how to use the command; and known, but not to be shown.
    check_told(&ask(&call("09123456789", SHOWN, Some("IR")), DONE), OF_KNOWN);
    check_told(&ask(&call(KNOWN, SHOWN, None), USAGE), OF_KNOWN);
    check_told(&ask(&call(KNOWN, NOT_SHOWN, None), DONE), OF_HIDDEN);
    check_told(&ask(&call("unknown", SHOWN, None), DONE), OF_HIDDEN);
    house.close();
}

#[test]
fn a_script_never_fails_a_call() {
    if !are_there(&["python3"]) {
        return;
    }
    let house = House::open();
    let known = call(KNOWN, SHOWN, None);
    for (url, key) in [(house.url(), "another key"), ("not an address", READ_KEY)] {
        let set = variables(&session(url, key, &known, DONE));
        check_told(&set, &[("match", "none"), ("why", "unavailable")]);
    }
    // The caller hangs up: the first command is the last.
    for reply in ["", "HANGUP\n"] {
        let commands = session(house.url(), READ_KEY, &known, reply);
        assert_eq!(commands.len(), 1, "{commands:?}");
    }
    house.close();
}

/// The lines of the dialplan's subroutine.
fn dialplan() -> Vec<String> {
    let text = recipe_text("asterisk.conf");
    let (_, context) = text.split_once("[yekta-callcenter]").unwrap();
    let (context, _) = context.split_once("\n[").unwrap();
    let lines = context.lines().map(str::trim);
    lines
        .filter(|line| line.starts_with("same =>") || line.starts_with("exten =>"))
        .map(str::to_owned)
        .collect()
}

/// The address that the dialplan asks at, for a caller's number as the channel has it.
fn address(lines: &[String], url: &str, number: &str) -> String {
    let template = lines.iter().find_map(|line| line.split_once("${CURL("));
    let template = template.and_then(|(_, rest)| rest.strip_suffix(")})")).unwrap();
    let hidden = lines
        .iter()
        .any(|line| line.contains("= 0]?Set(YEKTA_CALLER=anonymous)"));
    assert!(hidden, "a channel without a number");
    let caller = if number.is_empty() { HIDDEN } else { number };
    let address = template
        .replace("${ENV(YEKTA_URL)}", url)
        .replace("${URIENCODE(${YEKTA_CALLER})}", &percent_encoded(caller));
    // A comma would begin what is posted.
    assert!(!address.contains(['$', ',']), "{address}");
    address
}

/// What the dialplan reads out of an answer, by the names of the answer; a variable is called like what it holds.
fn decoded(lines: &[String], answer: &Flat) -> Flat {
    let mut set = Flat::new();
    for line in lines {
        let Some((before, after)) = line.split_once("=${JSON_DECODE(YEKTA_ANSWER,") else {
            continue;
        };
        let name = after.strip_suffix(")})").unwrap();
        let variable = format!("Set(YEKTA_{}", name.to_uppercase());
        assert!(before.ends_with(&variable), "{line}");
        let text = answer
            .get(name)
            .unwrap_or_else(|| panic!("the answer has no {name}"));
        set.insert(name.to_owned(), text.clone());
    }
    set
}

#[test]
fn a_dialplan_asks_and_reads_the_answer() {
    let house = House::open();
    let lines = dialplan();
    let signs_in = lines
        .iter()
        .any(|line| line.ends_with("Set(CURLOPT(userpwd)=${ENV(YEKTA_READ_KEY)}:)"));
    assert!(signs_in, "{lines:?}");
    let ask = |number: &str| {
        let url = address(&lines, house.url(), number);
        whole(|| {
            let (status, body) = get(&url, Some(&basic(READ_KEY, "")));
            assert_eq!(status, 200, "{body}");
            let answer = read(&body);
            check_form(&answer);
            decoded(&lines, &answer)
        })
    };
    for (number, told) in CALLERS {
        check_told(&ask(number), told);
    }
    check_told(&ask(""), OF_HIDDEN);
    house.close();
}
