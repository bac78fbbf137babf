//! The question whether a message is sent: its shape, that of the answer, and what is no question.

use serde_json::{Value, json};

use crate::{
    contact::{asked, body, town},
    schema::Descriptions,
};

#[test]
fn what_is_answered_is_what_is_described() {
    let town = town();
    let described = Descriptions::of(&town, Value::Null);
    let schema = described
        .at("./openapi.json#/components/schemas/Contacted")
        .unwrap();
    let question = described
        .at("./openapi.json#/components/schemas/Contact")
        .unwrap();
    let all = json!({"template": "spring", "team": "shop", "priority": 3, "matter": "m", "request_id": "r"});
    let asking = body("user_id:mina", &all);
    assert_eq!(
        described.misfits(question, &asking, "question"),
        Vec::<String>::new()
    );
    for (who, more) in [
        ("user_id:mina", all),
        ("user_id:mina", json!({"matter": "m"})),
        ("user_id:mina", json!({})),
        ("user_id:nobody", json!({})),
    ] {
        let answer = asked(&town, who, more);
        assert_eq!(described.misfits(schema, &answer, "answer"), Vec::<String>::new());
    }
}

#[test]
fn what_is_no_question_is_refused() {
    let town = town();
    for (more, code) in [
        (json!({"channel": ""}), "bad_contact"),
        (json!({"purpose": "*"}), "bad_contact"),
        (json!({"matter": "m".repeat(121)}), "bad_contact"),
        (json!({"priority": 10}), "bad_body"),
        (json!({"channel": 7}), "bad_body"),
        (json!({"who": "mina"}), "bad_address"),
    ] {
        let body = body("user_id:mina", &more).to_string().into_bytes();
        let reply = town.call("POST", "/v1/contacts/decide", &[], body);
        assert_eq!((reply.status, &reply.body["code"]), (400, &json!(code)), "{more}");
    }
}
