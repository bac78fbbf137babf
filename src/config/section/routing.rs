//! `[routing]`: who serves customers who call, with the open tables of matters, of revenues and of agents.

use std::collections::{BTreeMap, BTreeSet};

use ::config::{Map, Value};

use crate::{
    config::{
        reader::{Reader, blank},
        section::{
            NAME_EXPECTED,
            contact::{ZONE_EXPECTED, minute},
            is_name,
        },
    },
    decide::{
        contact::Zone,
        routing::{Boosts, Deferral, Hours, Policy, Roster, Staff, Thresholds, Tier},
    },
    domain::{
        agent::{CALLS_MAX, SKILLS_MAX},
        amount::Amount,
    },
};

const MINUTE_MICROS: u64 = 60 * 1_000_000;
const HOUR_MICROS: u64 = 60 * MINUTE_MICROS;
const DAY_MICROS: u64 = 24 * HOUR_MICROS;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Letters of an agent's id.
const ID_LETTERS_MAX: usize = 200;

/// What holds for an agent of whom no more is said than what they can.
fn unsaid_agent() -> Map<String, Value> {
    blank([("id", "".into()), ("calls_max", 1.into())])
}

pub(crate) fn read(table: &mut Reader<'_>) -> Policy {
    Policy {
        skill: name(table, "skill"),
        recovery_skill: name(table, "recovery_skill"),
        retention_skill: name(table, "retention_skill"),
        menu: names(table, "menu_matters"),
        leaving_us: table
            .number::<u64>("leaving_days", 0..=366)
            .saturating_mul(DAY_MICROS),
        low_us: table
            .number::<u64>("low_days", 0..=366)
            .saturating_mul(DAY_MICROS),
        hours: Hours {
            from: minute(table, "open_from"),
            until: minute(table, "open_until"),
            days: days(table),
            zone: table.text("zone", ZONE_EXPECTED, Zone::utc(), Zone::named),
        },
        best: (minute(table, "best_from"), minute(table, "best_until")),
        silent_us: table
            .number::<u64>("agent_silent_minutes", 1..=10_080)
            .saturating_mul(MINUTE_MICROS),
        skills: table.section("skills", skills),
        priorities: table.section("priorities", priorities),
        boosts: table.section("boosts", boosts),
        defer: table.section("defer", defer),
        revenue: revenue(table),
        agents: agents(table),
    }
}

fn name(table: &mut Reader<'_>, key: &str) -> String {
    table.text(key, NAME_EXPECTED, String::new(), |text| {
        is_name(text).then(|| text.to_owned())
    })
}

fn names(table: &mut Reader<'_>, key: &str) -> BTreeSet<String> {
    let name = |text: &str| is_name(text).then(|| text.to_owned());
    let expected = "expected a list of names of 1 to 64 characters of a-z, 0-9 and _";
    table.list_of(key, expected, name).into_iter().collect()
}

fn days(table: &mut Reader<'_>) -> [bool; 7] {
    let expected = format!("expected a list of {}", DAYS.join(", "));
    let day = |text: &str| DAYS.into_iter().find(|day| *day == text);
    let open: Vec<&str> = table.list_of("open_days", &expected, day);
    DAYS.map(|day| open.contains(&day))
}

/// Skills by the matters that need them.
fn skills(table: &mut Reader<'_>) -> BTreeMap<String, String> {
    let mut skills = BTreeMap::new();
    for matter in table.names() {
        let skill = name(table, &matter);
        if !is_name(&matter) {
            table.refuse(&matter, None, NAME_EXPECTED);
        }
        skills.insert(matter, skill);
    }
    skills
}

fn priorities(table: &mut Reader<'_>) -> BTreeMap<Tier, u8> {
    let priority = |tier: Tier| (tier, table.number(tier.as_str(), 0..=9));
    Tier::ALL.map(priority).into()
}

fn boosts(table: &mut Reader<'_>) -> Boosts {
    Boosts {
        discontent: table.number("discontent", 0..=9),
        open_ticket: table.number("open_ticket", 0..=9),
        leaving: table.number("leaving", 0..=9),
        promised: table.number("promised", 0..=9),
    }
}

fn defer(table: &mut Reader<'_>) -> Deferral {
    let tiers = Tier::ALL.map(Tier::as_str).join(", ");
    let tiers = table.list_of("tiers", &format!("expected a list of {tiers}"), Tier::named);
    Deferral {
        tiers: tiers.into_iter().collect(),
        matters: names(table, "matters"),
        horizon_us: table
            .number::<u64>("horizon_hours", 1..=336)
            .saturating_mul(HOUR_MICROS),
        slot_minutes: table.number("slot_minutes", 5..=240),
        calls_per_agent: table.number("calls_per_agent", 0..=60),
    }
}

/// Thresholds by currency, in whatever case it is written.
fn revenue(table: &mut Reader<'_>) -> BTreeMap<String, Thresholds> {
    let entries = table.entries("revenue", &Map::new(), |_, entry| {
        let mut from = |key: &str| {
            let expected = "expected an amount of money in quotes, such as \"1500.00\"";
            entry.text(key, expected, Amount::default(), |text| {
                let amount = Amount::from_decimal(text).ok()?;
                (amount > Amount::default()).then_some(amount)
            })
        };
        Thresholds {
            middle: from("middle"),
            high: from("high"),
            top: from("top"),
        }
    });
    for (currency, thresholds) in &entries {
        let is_code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_code {
            let expected = "expected the three letters of a currency, as eur";
            table.refuse_inside(&["revenue", currency], None, expected);
        }
        let keys = ["middle", "high", "top"].map(|key| format!("routing.revenue.{currency}.{key}"));
        let Thresholds { middle, high, top } = thresholds;
        if table.is_sound(&keys.each_ref().map(String::as_str)) && !(middle <= high && high <= top) {
            let expected = "expected no less for top than for high, and for high than for middle";
            table.refuse_inside(&["revenue", currency, "top"], None, expected);
        }
    }
    let upper = |(currency, thresholds): (String, Thresholds)| (currency.to_ascii_uppercase(), thresholds);
    entries.into_iter().map(upper).collect()
}

/// Who serves customers, by id.
fn agents(table: &mut Reader<'_>) -> Roster {
    let entries = table.entries("agents", &unsaid_agent(), |_, entry| {
        let expected = "expected an id of 1 to 200 letters, or nothing where it is the name";
        let id = entry.optional("id", expected, |text| {
            (text.chars().count() <= ID_LETTERS_MAX).then(|| text.to_owned())
        });
        let skills = names(entry, "skills");
        if skills.len() > SKILLS_MAX {
            entry.refuse("skills", None, format!("expected at most {SKILLS_MAX} skills"));
        }
        let calls_max = entry.number("calls_max", 0..=CALLS_MAX);
        (id, Staff { skills, calls_max })
    });
    for name in entries.keys().filter(|name| !is_name(name)) {
        table.refuse_inside(&["agents", name], None, NAME_EXPECTED);
    }
    let by_id = entries
        .into_iter()
        .map(|(name, (id, staff))| (id.unwrap_or(name), staff));
    Roster(by_id.collect())
}
