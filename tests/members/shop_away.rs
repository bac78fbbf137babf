//! A shop whose line is down for longer than the journal goes back: somebody is erased meanwhile. It begins anew with the owner's
//! snapshot, and nothing in the shop's folder tells of who was erased.

use serde_json::{Value, json};

use crate::{
    answers::send,
    broker::JOURNAL,
    chain::Chain,
    erased::{MARK, erase, holds, said},
    process::wait_for,
    proxy::Way,
};

const KEEPER: &str = "/v1/profiles/user_id:keeper";
const CANARY: &str = "/v1/profiles/user_id:canary";

fn tell(url: &str, event: &Value) {
    let told = send("POST", &format!("{url}/v1/events?wait=commit"), Some(event));
    assert_eq!(told.status, 200, "{told:?}");
}

#[test]
fn a_shop_that_was_away_while_somebody_was_erased_begins_with_the_snapshot() {
    let mut chain = Chain::open();
    let mark = String::from_utf8(MARK.to_vec()).unwrap();
    tell(chain.owner(), &said("e-1", "canary", &mark));
    tell(chain.owner(), &said("e-2", "keeper", "keepernote4242"));
    chain.wait_until_level();
    let folder = chain.data.path().to_owned();
    wait_for("what was said to be written in the shop", || {
        holds(&folder).then_some(())
    });
    let first = chain.broker.stream(JOURNAL).state.first_sequence;

    chain.line.set(Way::Cut);
    chain.wait_until_commands_are(503, "no_owner");
    erase(chain.owner());
    tell(chain.owner(), &said("e-3", "keeper", "keepernote4243"));
    assert_eq!(chain.ask("GET", CANARY, None).status, 200, "nobody told the shop");

    chain.line.set(Way::Open);
    // What it lacks the journal let go of: it ends, and whoever watches over it starts it again.
    let mut service = chain.service.take().unwrap();
    let ended = service.running.ended();
    let log = service.running.log();
    assert_eq!(ended.code(), Some(1), "{log}");
    assert!(log.contains("the first that is kept"), "{log}");
    chain.start();
    chain.wait_until_level();
    let kept = chain.ask("GET", KEEPER, None);
    assert_eq!(
        (kept.status, &kept.body["counters"]["events"]),
        (200, &json!(2)),
        "{kept:?}"
    );
    assert_eq!(chain.ask("GET", CANARY, None).status, 404);
    wait_for("the shop's folder to be clear", || {
        (!holds(&folder)).then_some(())
    });
    wait_for("the mirror to let go of what the journal let go of", || {
        let mirror = chain.broker.stream(JOURNAL).state.first_sequence;
        (mirror > first).then_some(())
    });
    chain.service.take().unwrap().stop();
    chain.headquarters.stop(0);
}
