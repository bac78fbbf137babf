//! The question who serves a customer: its shape, that of the answer, and what is no question.

use serde_json::{Value, json};

use crate::{
    routing::{DESK, asked, body, town},
    schema::Descriptions,
};

#[test]
fn what_is_answered_is_what_is_described_and_what_is_no_question_is_refused() {
    let town = town(DESK);
    let described = Descriptions::of(&town, Value::Null);
    let schema = described.at("./openapi.json#/components/schemas/Routed").unwrap();
    let question = described
        .at("./openapi.json#/components/schemas/Routing")
        .unwrap();
    let all = json!({"language": "fa", "call_id": "c", "request_id": "r"});
    let asking = body("user_id:mina", "order_question", &all);
    assert_eq!(
        described.misfits(question, &asking, "question"),
        Vec::<String>::new()
    );
    for (who, matter, more) in [
        ("mina", "order_question", all),
        ("mina", "purchase", json!({})),
        ("nobody", "order_status", json!({})),
    ] {
        let answer = asked(&town, who, matter, more);
        assert_eq!(described.misfits(schema, &answer, "answer"), Vec::<String>::new());
    }
    for (more, code) in [
        (json!({"channel": ""}), "bad_routing"),
        (json!({"matter": "m".repeat(121)}), "bad_routing"),
        (json!({"language": " "}), "bad_routing"),
        (json!({"channel": 7}), "bad_body"),
        (json!({"who": "mina"}), "bad_address"),
    ] {
        let body = body("user_id:mina", "purchase", &more).to_string().into_bytes();
        let reply = town.call("POST", "/v1/routing/decide", &[], body);
        assert_eq!((reply.status, &reply.body["code"]), (400, &json!(code)), "{more}");
    }
}
