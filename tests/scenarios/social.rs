//! A fifth channel, by a configuration file alone.

use insta::assert_snapshot;
use serde_json::json;

use crate::{
    said::{Names, event, identifier, user},
    town::Town,
};

const FILE: &str = r#"
[channels.social]
region = "IR"
view = "social"

[views.social]
sections = ["person", "tickets", "recent"]
recent_max = 2
"#;

#[test]
fn a_channel_and_its_view_are_a_matter_of_configuration() {
    let town = Town::with(FILE);
    let handle = json!([identifier("instagram", "@sara.r", "observed"), user("sara")]);
    let ticket = json!({"properties": {"ticket_id": "t-1", "subject": "Where is my bag?"}});
    town.tell(&[
        event(
            "1",
            ["web", "Signed In"],
            "22T09:00",
            json!([user("sara")]),
            json!({"traits": {"first_name": "Sara"}}),
        ),
        event(
            "2",
            ["social", "Post Liked"],
            "22T09:30",
            handle.clone(),
            json!({}),
        ),
        event("3", ["social", "Ticket Opened"], "22T10:00", handle, ticket),
    ]);
    let timeline = town.get("/v1/profiles/user_id:sara/timeline?channel=social");
    assert_eq!(timeline["events"].as_array().unwrap().len(), 2);
    let context = town.get("/v1/context/social/user_id:sara");
    assert_snapshot!("social", Names::default().show(&context));
    // Its events are published with the context of its own view.
    let updates = town
        .query()
        .updates_after(yekta::engine::Position(0), 1000)
        .unwrap();
    let enriched = updates
        .iter()
        .find(|update| update.subject.contains(".context.social.ticket_opened."));
    let body: serde_json::Value = serde_json::from_slice(&enriched.unwrap().body).unwrap();
    assert_eq!(body["context"]["view"], "social");
    assert_eq!(body["context"]["tickets"]["count"], 1);
}

#[test]
fn without_it_the_channel_is_refused() {
    let answer = Town::new().post(
        "/v1/events",
        &event(
            "1",
            ["social", "Post Liked"],
            "22T09:30",
            json!([user("sara")]),
            json!({}),
        ),
    );
    assert_eq!(answer["rejected"][0]["code"], "unknown_channel");
}
