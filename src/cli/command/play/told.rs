//! What the answers of the service say, in a few words for whoever watches. Knows their shapes and makes nothing up: what an
//! answer lacks is left out.

use serde_json::Value;

/// What a view tells about the first of those it found, a line each.
pub(super) fn view(answer: &Value) -> Vec<String> {
    let Some(told) = answer.pointer("/profiles/0") else {
        return vec![format!("match: {}", text(answer, "/match"))];
    };
    let lines = [
        ("who", text(told, "/person/display_name").to_owned()),
        ("mood", text(told, "/mood/now").to_owned()),
        ("wish list", listed(told, "/wishlist/items", "/name")),
        ("basket", listed(told, "/cart/items", "/name")),
        ("coupon", listed(told, "/offers/items", "/name")),
        ("order", text(told, "/orders/latest/id").to_owned()),
        ("open", listed(told, "/tickets/items", "/subject")),
        ("lately", listed(told, "/recent", "/type")),
        ("next step", words(text(told, "/next_step/step"))),
    ];
    let said = lines.into_iter().filter(|(_, what)| !what.is_empty());
    said.map(|(name, what)| format!("{name}: {what}")).collect()
}

/// Why all that is known is of one person: what united two of its parts, for each two that were.
pub(super) fn evidence(answer: &Value) -> Vec<String> {
    let united =
        list(answer, "/evidence").filter(|one| one.get("united").and_then(Value::as_bool) == Some(true));
    let mut lines: Vec<String> = united
        .map(|one| {
            let (first, second) = (part(answer, one, "/between/0"), part(answer, one, "/between/1"));
            let (kind, value) = (text(one, "/shares/kind"), text(one, "/shares/value"));
            format!(
                "one person: {first} and {second}, {} {kind} {value}",
                text(one, "/reason")
            )
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

/// A part of somebody, by what it was known by; whose a device is, is told by who signed in on it.
fn part(answer: &Value, decision: &Value, place: &str) -> String {
    let place = decision.pointer(place).and_then(Value::as_u64);
    let member = place.and_then(|place| answer.pointer(&format!("/members/{place}")));
    let Some(member) = member else {
        return "another".to_owned();
    };
    let kinds: Vec<&str> = list(member, "/identifiers")
        .map(|one| text(one, "/kind"))
        .collect();
    match text(member, "/owner/kind") {
        "" => kinds.join("+"),
        _ => format!("{} (by who signed in on it)", kinds.join("+")),
    }
}

/// Whether a message is sent, and why not.
pub(super) fn verdict(answer: &Value) -> String {
    let outcome = match text(answer, "/decision") {
        "allow" => return "allowed".to_owned(),
        "hold" => "held",
        "suppress" => "suppressed",
        other => other,
    };
    let reason = match text(answer, "/reason") {
        // Whoever complains has a ticket.
        "open_ticket" => "open complaint".to_owned(),
        other => words(other),
    };
    let rule = text(answer, "/rule");
    match text(answer, "/until") {
        "" => format!("{outcome}: {reason} ({rule})"),
        until => format!("{outcome}: {reason} ({rule}, until {until})"),
    }
}

/// A ticket that is open beside `beside`.
pub(super) fn other_ticket<'a>(profile: &'a Value, beside: &str) -> Option<&'a str> {
    let open = profile.pointer("/open/tickets")?.as_array()?.iter();
    let mut ids = open.filter_map(|ticket| ticket.get("id")?.as_str());
    ids.find(|id| *id != beside)
}

/// What was bad and what was good, the earliest first, and how far somebody is on each journey.
pub(super) fn curve(profile: &Value) -> Vec<String> {
    let mut felt: Vec<(&str, bool, String)> = Vec::new();
    for score in list(profile, "/feedback/scores") {
        let (style, value) = (text(score, "/style"), number(score, "/score"));
        let (low, high) = match style {
            "nps" => (6.0, 9.0),
            "csat" => (2.0, 4.0),
            _ => (3.0, 5.0),
        };
        if value <= low || value >= high {
            felt.push((text(score, "/time"), value >= high, format!("{style} {value}")));
        }
    }
    for feeling in list(profile, "/feedback/feelings") {
        let value = number(feeling, "/feeling");
        let said = match text(feeling, "/word") {
            "" => format!("feeling {value}"),
            word => word.to_owned(),
        };
        felt.push((text(feeling, "/time"), value > 0.0, said));
    }
    for friction in list(profile, "/feedback/frictions") {
        felt.push((text(friction, "/time"), false, words(text(friction, "/kind"))));
    }
    felt.sort_by(|a, b| a.0.cmp(b.0));
    let of = |high: bool| {
        let those = felt.iter().filter(|(_, is_high, _)| *is_high == high);
        those
            .map(|(.., said)| said.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut lines = vec![format!("low: {}", of(false)), format!("recovery: {}", of(true))];
    lines.extend(list(profile, "/journey").map(|journey| {
        let finished = journey.get("finished").and_then(Value::as_bool) == Some(true);
        let (name, stage) = (text(journey, "/name"), text(journey, "/stage"));
        format!(
            "journey {name}: {stage}{}",
            if finished { ", finished" } else { "" }
        )
    }));
    lines
}

/// What to try next with the service at `url`: each a command or an address to copy.
pub(super) fn next(url: &str, number: &str, joined: Option<&Value>) -> Vec<String> {
    let mut lines = vec![
        "what to try next:".to_owned(),
        format!(
            "  curl -s {url}/v1/lookup -d '{{\"identifiers\":[{{\"kind\":\"phone\",\"value\":\"{number}\"}}],\"view\":\"callcenter\"}}'"
        ),
        format!("  yekta report cx --by team --url {url}"),
        format!("  yekta tail --cursor 0 --count 20 --url {url}"),
        format!("  open {}", crate::cli::command::play::agent_page(url, None)),
    ];
    // The log-in that made browser and telephone hers: taken back, they are somebody else again.
    if let Some(joined) = joined {
        let (source, id) = (text(joined, "/source"), text(joined, "/id"));
        lines.push(format!("  yekta identity undo --event {source} {id} --url {url}"));
    }
    lines
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, pointer: &str) -> f64 {
    value.pointer(pointer).and_then(Value::as_f64).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// A member of each of a list, with commas between.
fn listed(value: &Value, pointer: &str, member: &str) -> String {
    let each = list(value, pointer).map(|item| text(item, member));
    let said: Vec<&str> = each.filter(|said| !said.is_empty()).collect();
    said.join(", ")
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests;
