//! `[flows.NAME]`: what sets a flow going, what ends it, and its steps.

use crate::{
    config::rules::sheet::Sheet,
    decide::rule::{Act, Flow, Signal, Step},
};

/// The channel on which somebody sees to what is assigned to them, where the step does not say.
const ASSIGN_CHANNEL: &str = "callcenter";

/// The priority of a message that states none.
const PRIORITY_UNSAID: u8 = 5;

/// What a step is, each by its own key.
const STEPS: [&str; 7] = ["wait", "until", "for", "check", "send", "ask", "assign"];

/// A flow; `None` where something is wrong with it, which is noted.
pub(super) fn read(name: &str, sheet: &mut Sheet<'_, '_>) -> Option<Flow> {
    let before = sheet.problems();
    let mut flow = Flow {
        name: name.to_owned(),
        on: sheet.kinds("on"),
        when: sheet.condition("when"),
        matter: sheet.condition("matter"),
        again_us: sheet.time("again_after"),
        restarts: sheet.switch("restart").unwrap_or_default(),
        holdout: sheet.number("holdout").unwrap_or_default(),
        unless: Vec::new(),
        steps: Vec::new(),
    };
    sheet.list("unless", |sheet| flow.unless.extend(signals(sheet, "on")));
    sheet.list("steps", |sheet| flow.steps.extend(step(sheet)));
    (sheet.problems() == before).then_some(flow)
}

/// The events that `key` names, each under the condition beside it.
fn signals(sheet: &mut Sheet<'_, '_>, key: &'static str) -> Vec<Signal> {
    let when = sheet.condition("when");
    let is_there = sheet.has(key);
    let kinds = sheet.kinds(key);
    if !is_there {
        sheet.refuse_whole(format!(
            "expected {key}: a type of events such as \"Order Completed\""
        ));
    }
    kinds
        .into_iter()
        .map(|on| Signal {
            on,
            when: when.clone(),
        })
        .collect()
}

fn step(sheet: &mut Sheet<'_, '_>) -> Option<Step> {
    let mut kinds = STEPS.into_iter().filter(|kind| sheet.has(kind));
    let kind = match (kinds.next(), kinds.next()) {
        (Some(kind), None) => kind,
        _ => {
            sheet.refuse_whole(format!("expected one of {}", STEPS.join(", ")));
            // What else is wrong here is told once it is known what it is.
            STEPS
                .into_iter()
                .chain(["before", "when", "within", "unless"])
                .for_each(|key| sheet.knows(key));
            return None;
        }
    };
    match kind {
        "wait" => sheet.time("wait").map(Step::Wait),
        "until" => {
            let (at, before_us) = (sheet.condition("until"), sheet.time("before"));
            let before_us = before_us.unwrap_or_default();
            at.map(|at| Step::Until { at, before_us })
        }
        "for" => {
            let signals = signals(sheet, "for");
            let within_us = sheet.needed_time("within");
            let unless = sheet.switch("unless").unwrap_or_default();
            within_us.map(|within_us| Step::For {
                signals,
                within_us,
                unless,
            })
        }
        "check" => sheet.condition("check").map(Step::Check),
        "send" => sheet.table("send", send).map(Step::Act),
        "ask" => sheet.table("ask", ask).map(Step::Act),
        _ => sheet.table("assign", assign).map(Step::Act),
    }
}

fn send(sheet: &mut Sheet<'_, '_>) -> Option<Act> {
    let channel = sheet.needed_text("channel");
    let purpose = sheet.needed_text("purpose");
    let template = sheet.needed_text("template");
    let team = sheet.text("team");
    let priority = sheet.number("priority").unwrap_or(PRIORITY_UNSAID);
    let with = sheet.conditions("with").into_iter().collect();
    Some(Act::Send {
        channel: channel?,
        purpose: purpose?,
        template: template?,
        team,
        priority,
        with,
    })
}

fn ask(sheet: &mut Sheet<'_, '_>) -> Option<Act> {
    let channel = sheet.needed_text("channel");
    let name = sheet.needed_text("name");
    let with = sheet.conditions("with").into_iter().collect();
    Some(Act::Ask {
        channel: channel?,
        name: name?,
        with,
    })
}

fn assign(sheet: &mut Sheet<'_, '_>) -> Option<Act> {
    let channel = sheet.text("channel");
    let team = sheet.needed_text("team");
    let within_us = sheet.time("within");
    let subject = sheet
        .condition("subject")
        .map(|subject| ("subject".to_owned(), subject));
    let with = sheet.conditions("with").into_iter().chain(subject);
    Some(Act::Assign {
        channel: channel.unwrap_or_else(|| ASSIGN_CHANNEL.to_owned()),
        with: with.collect(),
        team: team?,
        within_us,
    })
}
