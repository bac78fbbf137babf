//! `[routing]`: what holds where nothing is said, and what is refused.

use super::load;
use crate::{
    decide::routing::{Staff, Tier},
    domain::amount::Amount,
};

#[test]
fn an_agent_needs_skills_alone_and_a_revenue_its_thresholds() {
    let text = "[routing.agents.anna]\nskills = [\"orders\"]\n\
        [routing.agents.ben]\nid = \"7f-22\"\nskills = [\"fa\"]\ncalls_max = 3\n\
        [routing.revenue.irr]\nmiddle = \"1000\"\nhigh = \"2000.5\"\ntop = \"2000.5\"\n\
        [routing.skills]\nparcel = \"orders\"\n";
    let policy = load(text, &[], &[]).unwrap().routing;
    let staff = |skill: &str, calls_max| Staff {
        skills: [skill.to_owned()].into(),
        calls_max,
    };
    assert_eq!(policy.agents.0.get("anna"), Some(&staff("orders", 1)));
    assert_eq!(policy.agents.0.get("7f-22"), Some(&staff("fa", 3)));
    assert_eq!(
        policy.revenue["IRR"].high,
        Amount::from_decimal("2000.5").unwrap()
    );
    assert_eq!(policy.skills["parcel"], "orders");
    assert_eq!(policy.skills["complaint"], policy.recovery_skill);
    assert_eq!(policy.skills["cancel"], policy.retention_skill);
    assert_eq!(policy.defer.tiers, [Tier::Low].into());
    assert!(policy.menu.contains("order_status"));
    assert!(!format!("{policy:?}").contains("anna"), "staff are in no log");
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    for (text, key) in [
        ("[routing]\nskill = \"\"", "routing.skill"),
        ("[routing]\nopen_from = \"9\"", "routing.open_from"),
        ("[routing]\nopen_days = [\"monday\"]", "routing.open_days"),
        (
            "[routing]\nagent_silent_minutes = 0",
            "routing.agent_silent_minutes",
        ),
        ("[routing.skills]\n\"a b\" = \"orders\"", "routing.skills.a b"),
        ("[routing.priorities]\ntop = 10", "routing.priorities.top"),
        ("[routing.boosts]\nleaving = -1", "routing.boosts.leaving"),
        ("[routing.defer]\ntiers = [\"lowest\"]", "routing.defer.tiers"),
        ("[routing.defer]\nslot_minutes = 4", "routing.defer.slot_minutes"),
        (
            "[routing.defer]\nhorizon_hours = 337",
            "routing.defer.horizon_hours",
        ),
        (
            "[routing.agents.anna]\ncalls_max = 2",
            "routing.agents.anna.skills",
        ),
        (
            "[routing.revenue.usd]\nmiddle = \"1\"\nhigh = \"3\"\ntop = \"2\"",
            "routing.revenue.usd.top",
        ),
        (
            "[routing.revenue.usd]\nmiddle = \"0\"\nhigh = \"3\"\ntop = \"4\"",
            "routing.revenue.usd.middle",
        ),
        (
            "[routing.revenue.dollars]\nmiddle = \"1\"\nhigh = \"3\"\ntop = \"4\"",
            "routing.revenue.dollars",
        ),
    ] {
        let problems = load(text, &[], &[]).unwrap_err().problems;
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, [key], "{text}");
    }
}
