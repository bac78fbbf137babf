//! Whoever is discontent is somebody's: a member of the team, whom the profile names until the matter is closed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    flows::{did, going_by, published, rest},
    town::Town,
};

const RULES: &str = r#"
[flows.detractor]
on = "Survey Answered"
when = 'event.answer == "detractor"'
steps = [{ assign = { team = "care", within = "2d", subject = '"A bad answer on " + event.channel' } }]
"#;

/// Two of the team, and one who is of another.
const AGENTS: &str = "[routing.agents.nina]\nskills = [\"care\"]\n[routing.agents.omid]\nskills = [\"care\", \"sales\"]\n\
                      [routing.agents.pari]\nskills = [\"sales\"]\n";

fn tickets(town: &Town, who: &str) -> Vec<Value> {
    let open = town.get(&format!("/v1/profiles/user_id:{who}"))["open"]["tickets"].clone();
    open.as_array().unwrap().clone()
}

#[test]
fn each_detractor_is_given_to_a_member_of_the_team_until_it_is_closed() {
    let town = going_by(RULES, AGENTS);
    let people: Vec<String> = (0..40).map(|number| format!("d-{number}")).collect();
    let answers = people.iter().map(|who| {
        let answer = json!({"survey": "ces", "score": 2});
        did(
            who,
            &format!("answer-{who}"),
            "Survey Answered",
            "22T11:00",
            answer,
        )
    });
    let content = did(
        "promoter",
        "fine",
        "Survey Answered",
        "22T11:00",
        json!({"nps": 10}),
    );
    town.tell(&answers.chain([content]).collect::<Vec<_>>());
    rest(&town);

    let mut by_member: BTreeMap<String, usize> = BTreeMap::new();
    for who in &people {
        let [ticket] = &tickets(&town, who)[..] else {
            panic!("{:?}", tickets(&town, who))
        };
        assert_eq!(
            (&ticket["team"], &ticket["subject"], &ticket["due"]),
            (
                &json!("care"),
                &json!("A bad answer on web"),
                &json!("2026-11-24T12:00:00Z")
            )
        );
        let member = ticket["assignee"].as_str().unwrap().to_owned();
        *by_member.entry(member).or_default() += 1;
    }
    let members: BTreeSet<&str> = by_member.keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(["nina", "omid"]));
    // A fair coin leaves one of them with fewer than eight once in more than ten thousand times.
    assert!(by_member.values().all(|many| *many >= 8), "{by_member:?}");
    assert_eq!(tickets(&town, "promoter"), Vec::<Value>::new());
    assert_eq!(published(&town, ".action.callcenter.assign.").len(), people.len());

    let id = tickets(&town, "d-7")[0]["id"].clone();
    // Of one instant either may be the later word.
    let closed = did(
        "d-7",
        "closed",
        "Ticket Closed",
        "22T12:01",
        json!({"ticket_id": id}),
    );
    town.tell(&[closed]);
    assert_eq!(tickets(&town, "d-7"), Vec::<Value>::new());
    let follow_ups = town.get("/v1/reports/cx?from=2026-11-22&until=2026-11-22")["follow_ups"].clone();
    assert_eq!(
        (&follow_ups["opened"], &follow_ups["closed"], &follow_ups["open"]),
        (&json!(40), &json!(1), &json!(39))
    );
}
