//! What was seen in a case beside what was expected: owns what is the same, and how it is told what is not.

use serde_json::{Map, Value as Json};

use crate::{
    domain::{identifier::IdentifierRules, time::Timestamp},
    engine::ProfileId,
    tryout::{
        cases::{
            file::{Expect, Wanted, WantedEnd, WantedMove},
            people::{People, key},
        },
        error::TryError,
        seen::{Deed, Move, Seen, What},
        span::{Span, relative},
    },
};

/// Microseconds that two times differ by at most that are the same as they are written.
const SAME_MICROS: u64 = 1_000_000;

/// What two lists are compared by.
struct Compared<'a> {
    start: Timestamp,
    people: &'a People<'a>,
    rules: &'a IdentifierRules,
}

/// What was seen, when, and whose it is.
struct Got<'a, T> {
    at: Timestamp,
    what: &'a T,
    whose: Option<ProfileId>,
}

/// What was done of one kind.
type Of = fn(&What) -> Option<&Deed>;

/// What is other than expected, a line each.
///
/// # Errors
/// When it cannot be read who is who.
pub(super) fn differences(
    expect: &Expect,
    all: &[Seen],
    start: Timestamp,
    (people, rules): (&People<'_>, &IdentifierRules),
) -> Result<Vec<String>, TryError> {
    let compared = Compared { start, people, rules };
    let mut lines = Vec::new();
    let none: &[Wanted] = &[];
    let actions = expect.actions.as_deref().or(expect.none.then_some(none));
    let kinds: [(&str, Option<&[Wanted]>, Of); 3] = [
        ("actions", actions, |what| match what {
            What::Action(deed) => Some(deed),
            _ => None,
        }),
        ("held", expect.held.as_deref(), |what| match what {
            What::Held(deed) => Some(deed),
            _ => None,
        }),
        ("suppressed", expect.suppressed.as_deref(), |what| match what {
            What::Suppressed(deed) => Some(deed),
            _ => None,
        }),
    ];
    for (title, wanted, of) in kinds {
        if let Some(wanted) = wanted {
            let deeds = all.iter().filter_map(|seen| Some((seen.at, of(&seen.what)?)));
            lines.extend(compared.deeds(title, wanted, deeds)?);
        }
    }
    if let Some(wanted) = &expect.segments {
        lines.extend(compared.moves(wanted, all)?);
    }
    if let Some(wanted) = &expect.ended {
        lines.extend(compared.ends(wanted, all));
    }
    Ok(lines)
}

impl Compared<'_> {
    fn deeds<'s>(
        &self,
        title: &str,
        wanted: &[Wanted],
        deeds: impl Iterator<Item = (Timestamp, &'s Deed)>,
    ) -> Result<Vec<String>, TryError> {
        let mut got = Vec::new();
        for (at, what) in deeds {
            let whose = self.people.of_event(&what.event)?;
            got.push(Got { at, what, whose });
        }
        let mut of = Vec::with_capacity(wanted.len());
        for one in wanted {
            of.push((one, self.person(one.profile_of.as_deref())?));
        }
        let left = unmatched(&of, &got, |(wanted, person), got| {
            self.is_deed(wanted, got) && is_who(*person, got.whose)
        });
        let told = (
            |(wanted, _): &(&Wanted, Who)| self.wanted(wanted),
            |got: &Got<'_, Deed>| self.deed(got),
        );
        Ok(lines(title, &left, told))
    }

    fn moves(&self, wanted: &[WantedMove], all: &[Seen]) -> Result<Vec<String>, TryError> {
        let mut got = Vec::new();
        for seen in all {
            if let What::Moved(what) = &seen.what
                && wanted.iter().any(|one| one.name == what.segment)
            {
                let (at, whose) = (seen.at, self.people.of_id(&what.profile)?);
                got.push(Got { at, what, whose });
            }
        }
        let mut of = Vec::new();
        for one in wanted {
            let person = self.person(one.profile_of.as_deref())?;
            let spans = [(one.entered, true), (one.left, false)];
            let spans = spans.into_iter().filter_map(|(span, is_in)| Some((span?, is_in)));
            of.extend(spans.map(|(span, is_in)| (one, span, is_in, person)));
        }
        let left = unmatched(&of, &got, |(one, span, is_in, person), got| {
            one.name == got.what.segment
                && *is_in == got.what.is_in
                && self.is_at(*span, got.at)
                && is_who(*person, got.whose)
        });
        let move_of = |is_in: bool| if is_in { "entered" } else { "left" };
        let told = (
            |(one, span, is_in, _): &(&WantedMove, Span, bool, Who)| {
                let at = self.time(span.from(self.start));
                let whose = of_whom(one.profile_of.as_deref());
                format!("{at} {} {}{whose}", one.name, move_of(*is_in))
            },
            |got: &Got<'_, Move>| {
                let (at, whose) = (self.time(got.at), self.people.name(got.whose));
                format!("{at} {} {} by {whose}", got.what.segment, move_of(got.what.is_in))
            },
        );
        Ok(lines("segments", &left, told))
    }

    fn ends(&self, wanted: &[WantedEnd], all: &[Seen]) -> Vec<String> {
        let got: Vec<(Timestamp, &str, &str)> = all
            .iter()
            .filter_map(|seen| match &seen.what {
                What::Ended { flow, why } => Some((seen.at, flow.as_str(), *why)),
                _ => None,
            })
            .filter(|(_, flow, _)| wanted.iter().any(|one| one.flow == *flow))
            .collect();
        let left = unmatched(wanted, &got, |one, (at, flow, why)| {
            one.flow == *flow && is_said(&one.why, why) && one.at.is_none_or(|span| self.is_at(span, *at))
        });
        let told = (
            |one: &WantedEnd| {
                let at = one.at.map(|span| self.time(span.from(self.start)));
                let why = one.why.as_deref().unwrap_or("ended");
                format!("{} {}: {why}", at.unwrap_or_default(), one.flow)
            },
            |(at, flow, why): &(Timestamp, &str, &str)| format!("{} {flow}: {why}", self.time(*at)),
        );
        lines("ended", &left, told)
    }

    fn is_deed(&self, wanted: &Wanted, got: &Got<'_, Deed>) -> bool {
        let deed = got.what;
        let purpose = deed.purpose.as_deref().unwrap_or_default();
        let is_until = |span: Span| deed.until.is_some_and(|until| self.is_at(span, until));
        is_said(&wanted.flow, &deed.flow)
            && is_said(&wanted.channel, &deed.channel)
            && is_said(&wanted.name, &deed.name)
            && is_said(&wanted.purpose, purpose)
            && is_said(&wanted.matter, &deed.matter)
            && is_said(&wanted.rule, &deed.rule)
            && is_said(&wanted.reason, &deed.reason)
            && wanted.at.is_none_or(|span| self.is_at(span, got.at))
            && wanted.until.is_none_or(is_until)
            && wanted.with.iter().all(|with| is_within(with, &deed.with))
    }

    fn is_at(&self, span: Span, at: Timestamp) -> bool {
        at.micros_since(span.from(self.start)).unsigned_abs() < SAME_MICROS
    }

    fn person(&self, who: Option<&str>) -> Result<Who, TryError> {
        let Some(who) = who else { return Ok(Who::Anybody) };
        let Some(key) = key(who, self.rules) else {
            return Ok(Who::Nobody);
        };
        Ok(self.people.of_key(key)?.map_or(Who::Nobody, Who::One))
    }

    fn time(&self, at: Timestamp) -> String {
        relative(at, self.start)
    }

    fn wanted(&self, wanted: &Wanted) -> String {
        let time = |span: Span| self.time(span.from(self.start));
        let mut words: Vec<String> = [wanted.at.map(time), wanted.channel.clone(), wanted.name.clone()]
            .into_iter()
            .flatten()
            .collect();
        let named = [
            ("of", &wanted.flow),
            ("purpose", &wanted.purpose),
            ("rule", &wanted.rule),
            ("reason", &wanted.reason),
            ("matter", &wanted.matter),
        ];
        words.extend(
            named
                .iter()
                .filter_map(|(name, said)| Some(format!("{name} {}", said.as_ref()?))),
        );
        words.extend(wanted.until.map(|span| format!("until {}", time(span))));
        words.extend(wanted.with.as_ref().map(with));
        format!("{}{}", words.join(" "), of_whom(wanted.profile_of.as_deref()))
    }

    fn deed(&self, got: &Got<'_, Deed>) -> String {
        let Deed {
            flow,
            channel,
            name,
            purpose,
            matter,
            rule,
            reason,
            until,
            ..
        } = got.what;
        let mut text = format!("{} {channel} {name} of {flow}", self.time(got.at));
        for (name, said) in [
            ("purpose", purpose.as_deref()),
            ("rule", Some(rule)),
            ("reason", Some(reason)),
        ] {
            text.extend(said.map(|said| format!(" {name} {said}")));
        }
        text.push_str(&format!(" matter {matter}"));
        text.extend(until.map(|until| format!(" until {}", self.time(until))));
        if !got.what.with.is_empty() {
            text.push_str(&format!(" {}", with(&got.what.with)));
        }
        format!("{text}, by {}", self.people.name(got.whose))
    }
}

/// Whose it is to be.
#[derive(Clone, Copy, Debug)]
enum Who {
    Anybody,
    Nobody,
    One(ProfileId),
}

fn is_who(who: Who, whose: Option<ProfileId>) -> bool {
    match who {
        Who::Anybody => true,
        Who::Nobody => false,
        Who::One(profile) => whose == Some(profile),
    }
}

fn of_whom(who: Option<&str>) -> String {
    who.map(|who| format!(", by {who}")).unwrap_or_default()
}

fn with(members: &Map<String, Json>) -> String {
    format!("with {}", Json::Object(members.clone()))
}

fn is_said(wanted: &Option<String>, got: &str) -> bool {
    wanted.as_deref().is_none_or(|wanted| wanted == got)
}

/// Whether each wanted member is there; numbers are the same however they are written.
fn is_within(wanted: &Map<String, Json>, got: &Map<String, Json>) -> bool {
    wanted
        .iter()
        .all(|(name, wanted)| got.get(name).is_some_and(|got| is_same(wanted, got)))
}

fn is_same(wanted: &Json, got: &Json) -> bool {
    match (wanted, got) {
        (Json::Number(wanted), Json::Number(got)) => {
            wanted == got
                || matches!((wanted.as_f64(), got.as_f64()), (Some(a), Some(b)) if a.total_cmp(&b).is_eq())
        }
        (Json::Object(wanted), Json::Object(got)) => wanted.len() == got.len() && is_within(wanted, got),
        (Json::Array(wanted), Json::Array(got)) => {
            wanted.len() == got.len() && wanted.iter().zip(got).all(|(wanted, got)| is_same(wanted, got))
        }
        (wanted, got) => wanted == got,
    }
}

/// What of each has no other: each of what was got is taken by the first that wants it.
fn unmatched<'l, W, G>(
    wanted: &'l [W],
    got: &'l [G],
    is: impl Fn(&W, &G) -> bool,
) -> (Vec<&'l W>, Vec<&'l G>) {
    let mut left: Vec<&G> = got.iter().collect();
    let missing = wanted
        .iter()
        .filter(|wanted| match left.iter().position(|got| is(wanted, got)) {
            Some(place) => {
                left.remove(place);
                false
            }
            None => true,
        })
        .collect();
    (missing, left)
}

fn lines<W, G>(
    title: &str,
    (missing, left): &(Vec<&W>, Vec<&G>),
    (wanted, got): (impl Fn(&W) -> String, impl Fn(&G) -> String),
) -> Vec<String> {
    let mut lines: Vec<String> = missing
        .iter()
        .map(|one| format!("expected  {}", wanted(one)))
        .collect();
    lines.extend(left.iter().map(|one| format!("got       {}", got(one))));
    match (missing.is_empty(), left.is_empty()) {
        (true, true) => return lines,
        (false, true) => lines.push("got       nothing else".to_owned()),
        (true, false) => lines.insert(0, "expected  nothing else".to_owned()),
        (false, false) => {}
    }
    lines.into_iter().map(|line| format!("{title}: {line}")).collect()
}
