//! What rules owe each other: names that are there once, segments that exist, and an event only where there is one.

mod journey;

use std::collections::BTreeSet;

use crate::decide::{
    experience::Journey,
    rule::{
        book::Flaw,
        condition::Condition,
        flow::{Act, Flow, Signal, Step},
        layout::Layout,
        reads::{Names, Part},
        segment::Segment,
    },
};

/// So many segments, and so many flows, there may be.
const RULES_MAX: usize = 1_000;
/// So many steps a flow may have.
const STEPS_MAX: usize = 64;
const LETTERS_MAX: usize = 48;
const PRIORITY_MAX: u8 = 9;
/// A flow that is held back of all has no effect to tell.
const HOLDOUT_MAX: u8 = 90;

const NAME_EXPECTED: &str = "expected a name of 1 to 48 characters of a-z, 0-9 and _";

/// What a condition at some place may not ask for.
const IN_SEGMENT: &[Part] = &[Part::Event, Part::Then, Part::Matter];
const BEFORE_MATTER: &[Part] = &[Part::Then, Part::Matter];
const IN_STEP: &[Part] = &[Part::Then];
const IN_SIGNAL: &[Part] = &[];

/// What is wrong with segments.
pub(super) fn segments(segments: &[Segment]) -> Vec<Flaw> {
    let names: BTreeSet<&str> = segments.iter().map(|segment| segment.name.as_str()).collect();
    let mut flaws = named("segments", segments.iter().map(|segment| segment.name.as_str()));
    for segment in segments {
        let mut rule = Rule::new("segments", &segment.name, &names, &mut flaws);
        rule.condition("when", &segment.when, IN_SEGMENT);
        if segment.when.reads().segments == Names::Any {
            rule.flaw(
                "when",
                "expected segments to be asked for by name, as in \"champions\" in segments",
            );
        }
    }
    flaws
}

/// What is wrong with layouts.
pub(super) fn layouts(layouts: &[Layout], segments: &BTreeSet<&str>) -> Vec<Flaw> {
    let mut flaws = named("layouts", layouts.iter().map(|layout| layout.name.as_str()));
    for layout in layouts {
        Rule::new("layouts", &layout.name, segments, &mut flaws).condition("when", &layout.when, IN_SEGMENT);
    }
    flaws
}

/// What is wrong with journeys.
pub(super) fn journeys(journeys: &[Journey], segments: &BTreeSet<&str>) -> Vec<Flaw> {
    let mut flaws = named("journeys", journeys.iter().map(|journey| journey.name.as_str()));
    for journey in journeys {
        Rule::new("journeys", &journey.name, segments, &mut flaws).journey(journey);
    }
    flaws
}

/// What is wrong with flows.
pub(super) fn flows(flows: &[Flow], segments: &[Segment]) -> Vec<Flaw> {
    let segments: BTreeSet<&str> = segments.iter().map(|segment| segment.name.as_str()).collect();
    let mut flaws = named("flows", flows.iter().map(|flow| flow.name.as_str()));
    for flow in flows {
        Rule::new("flows", &flow.name, &segments, &mut flaws).flow(flow);
    }
    flaws
}

/// What is wrong with the names of one kind of rules.
fn named<'a>(kind: &str, names: impl Iterator<Item = &'a str>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut known = BTreeSet::new();
    for name in names {
        let flaw = |problem: &str| Flaw {
            rule: format!("{kind}.{name}"),
            member: "name".to_owned(),
            problem: problem.to_owned(),
        };
        if !is_name(name) {
            flaws.push(flaw(NAME_EXPECTED));
        }
        if !known.insert(name) {
            flaws.push(flaw("expected another name: one has it already"));
        }
    }
    if known.len() > RULES_MAX {
        flaws.push(Flaw {
            rule: kind.to_owned(),
            member: String::new(),
            problem: format!("expected at most {RULES_MAX} of them, not {}", known.len()),
        });
    }
    flaws
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=LETTERS_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// One rule that is looked at.
struct Rule<'a> {
    name: String,
    segments: &'a BTreeSet<&'a str>,
    flaws: &'a mut Vec<Flaw>,
}

impl<'a> Rule<'a> {
    fn new(kind: &str, name: &str, segments: &'a BTreeSet<&'a str>, flaws: &'a mut Vec<Flaw>) -> Self {
        Self {
            name: format!("{kind}.{name}"),
            segments,
            flaws,
        }
    }

    fn flaw(&mut self, member: &str, problem: impl Into<String>) {
        self.flaws.push(Flaw {
            rule: self.name.clone(),
            member: member.to_owned(),
            problem: problem.into(),
        });
    }

    fn condition(&mut self, member: &str, condition: &Condition, never: &[Part]) {
        let reads = condition.reads();
        for part in never.iter().filter(|part| reads.parts.contains(part)) {
            self.flaw(
                member,
                match part {
                    Part::Event => "expected nothing of an event: there is none here",
                    Part::Then => "expected nothing of a later event (then): only what is waited for has one",
                    _ => "expected nothing of a matter: there is none here",
                },
            );
        }
        for name in reads.segments.these().into_iter().flatten() {
            if !self.segments.contains(name.as_str()) {
                self.flaw(
                    member,
                    format!("expected a segment that there is instead of {name}"),
                );
            }
        }
    }

    fn flow(&mut self, flow: &Flow) {
        if let Some(when) = &flow.when {
            self.condition("when", when, BEFORE_MATTER);
        }
        if let Some(matter) = &flow.matter {
            self.condition("matter", matter, BEFORE_MATTER);
        }
        if flow.holdout > HOLDOUT_MAX {
            let expected =
                format!("expected a number from 0 to {HOLDOUT_MAX}: of so many in a hundred it is held back");
            self.flaw("holdout", expected);
        }
        if flow.again_us == Some(0) {
            self.flaw("again_after", "expected some time");
        }
        for (number, signal) in flow.unless.iter().enumerate() {
            self.signal(&format!("unless.{}", number.saturating_add(1)), signal);
        }
        if !flow.steps.iter().any(|step| matches!(step, Step::Act(_))) {
            self.flaw(
                "steps",
                "expected a step that does something: send, ask or assign",
            );
        }
        if flow.steps.len() > STEPS_MAX {
            self.flaw("steps", format!("expected at most {STEPS_MAX} steps"));
        }
        for (number, step) in flow.steps.iter().enumerate() {
            self.step(&format!("steps.{}", number.saturating_add(1)), step);
        }
    }

    fn signal(&mut self, member: &str, signal: &Signal) {
        if let Some(when) = &signal.when {
            self.condition(&format!("{member}.when"), when, IN_SIGNAL);
        }
    }

    fn step(&mut self, member: &str, step: &Step) {
        match step {
            Step::Wait(0) => self.flaw(&format!("{member}.wait"), "expected some time"),
            Step::Wait(_) => {}
            Step::Until { at, .. } => self.condition(&format!("{member}.until"), at, IN_STEP),
            Step::For {
                signals, within_us, ..
            } => {
                if signals.is_empty() {
                    self.flaw(&format!("{member}.for"), "expected a type of events to wait for");
                }
                if *within_us == 0 {
                    self.flaw(&format!("{member}.within"), "expected some time");
                }
                for signal in signals {
                    self.signal(member, signal);
                }
            }
            Step::Check(check) => self.condition(&format!("{member}.check"), check, IN_STEP),
            Step::Act(act) => self.act(member, act),
        }
    }

    fn act(&mut self, member: &str, act: &Act) {
        let (kind, texts, with) = match act {
            Act::Send {
                channel,
                purpose,
                template,
                with,
                ..
            } => {
                let texts = vec![("channel", channel), ("purpose", purpose), ("template", template)];
                ("send", texts, with)
            }
            Act::Ask { channel, name, with } => ("ask", vec![("channel", channel), ("name", name)], with),
            Act::Assign {
                channel, team, with, ..
            } => ("assign", vec![("channel", channel), ("team", team)], with),
        };
        for (key, text) in texts {
            if !is_name(text) {
                self.flaw(&format!("{member}.{kind}.{key}"), NAME_EXPECTED);
            }
        }
        if matches!(act, Act::Send { priority, .. } if *priority > PRIORITY_MAX) {
            let expected = format!("expected a number from 0 to {PRIORITY_MAX}");
            self.flaw(&format!("{member}.send.priority"), expected);
        }
        for (name, condition) in with {
            self.condition(&format!("{member}.{kind}.with.{name}"), condition, IN_STEP);
        }
    }
}
