//! A copy of all profiles of a tenant with partitions, then the stream: nobody is missed who goes from one to another meanwhile, and
//! nobody told twice.

use std::{collections::BTreeSet, time::Duration};

use proptest::prelude::*;
use serde_json::{Value, json};
use yekta::{
    engine::{Handle, Position, ProfileId, Query},
    journal::InputPosition,
};

use crate::{
    divided::Divided,
    divided_asked::{PEOPLE, apart, came, id},
    frames,
    said::{cookie, event, identifier, signed_in, user, viewed},
    subscriber::Subscriber,
    town::Town,
};

const PARTITIONS: u32 = 3;
const BROWSERS: usize = 40;
/// Events by which somebody who is there already may turn out to be somebody else.
const SIGN_INS: usize = 120;
/// Longer than whoever is not held back takes.
const A_WHILE: Duration = Duration::from_millis(300);

fn browser(number: usize) -> Value {
    cookie(&format!("c{number}"))
}

fn time(number: usize) -> String {
    format!("21T{:02}:00", number % 20)
}

/// Browsers, each of somebody, who live in all partitions.
fn populated() -> Divided {
    let divided = Divided::new(PARTITIONS, "");
    let seen = (0..BROWSERS).map(|number| viewed(&format!("v{number}"), &time(number), &browser(number)));
    divided.tell(&seen.collect::<Vec<_>>());
    divided
}

/// Somebody signs in on a browser: it is connected with the others that they signed in on.
fn sign_in(number: usize, on: usize, who: usize) -> Value {
    signed_in(
        &format!("s{number}"),
        &time(number),
        &browser(on),
        &format!("u{who}"),
    )
}

/// What answers for all partitions.
fn all(divided: &Divided) -> Query {
    let handles: Vec<Handle> = divided
        .parts
        .iter()
        .map(|part| part.engine().handle.clone())
        .collect();
    divided.tenant.engine().handle.over(&handles).query()
}

/// How far each partition is.
fn applied(divided: &Divided) -> Vec<Position> {
    divided.parts.iter().map(|part| part.query().applied()).collect()
}

fn live(divided: &Divided) -> BTreeSet<String> {
    let all = divided.parts.iter().flat_map(|part| part.profiles().into_keys());
    all.map(|id: ProfileId| id.to_string()).collect()
}

/// Reads on to the end, and fails unless it was told each of these events once and its copy is what the partitions have.
fn has_all(subscriber: &mut Subscriber, divided: &Divided, told: usize) {
    divided.tell(&[viewed("the end", "21T23:00", &browser(BROWSERS))]);
    let is_end = |subscriber: &Subscriber| subscriber.contexts.iter().any(|id| id == "the end");
    while !subscriber.is_live || !is_end(subscriber) {
        subscriber.next(&divided.tenant);
    }
    let contexts: BTreeSet<&String> = subscriber.contexts.iter().collect();
    assert_eq!((contexts.len(), subscriber.contexts.len()), (told + 1, told + 1));
    subscriber.holds(&divided.tenant, live(divided));
}

#[test]
fn a_copy_of_all_is_that_of_one_engine() {
    let (divided, whole) = (populated(), Divided::whole(""));
    let seen = (0..BROWSERS).map(|number| viewed(&format!("v{number}"), &time(number), &browser(number)));
    whole.tell(&seen.collect::<Vec<_>>());
    let path = "/v1/updates?snapshot=true";
    let copies = [&divided.tenant, &whole].map(|town| {
        let told = frames::until(town, path, None, "live").into_iter();
        let told: Vec<(String, Value)> = told.map(|(name, _, data)| (name, data)).collect();
        told[..told.len() - 1].to_vec()
    });
    assert_eq!(copies[0].len(), BROWSERS);
    assert_eq!(copies[0], copies[1]);
    // Whoever comes back anywhere is told the rest.
    let all = frames::until(&divided.tenant, path, None, "live");
    for (number, (_, id, _)) in all.iter().enumerate().take(all.len() - 1) {
        let rest = frames::until(&divided.tenant, path, Some(id), "live");
        let data =
            |frames: &[frames::Frame]| frames.iter().map(|(_, _, data)| data.clone()).collect::<Vec<_>>();
        assert_eq!(data(&rest), data(&all[number + 1..]), "behind {id}");
    }
    let one = copies[0][7].1["profile"].as_str().unwrap();
    let told = frames::until(&divided.tenant, &format!("{path}&profile={one}"), None, "live");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0].2, copies[0][7].1);
    let nobody = frames::until(&divided.tenant, &format!("{path}&profile=nobody"), None, "live");
    assert_eq!(nobody.len(), 1, "{nobody:?}");
}

#[test]
fn nobody_is_copied_before_who_is_on_the_way_has_arrived() {
    let divided = Divided::new(PARTITIONS, "");
    divided.tell(&PEOPLE.map(came));
    let [stays, goes] = apart(&divided);
    let looked = |id: &str, who: Value| event(id, ["web", "Product Viewed"], "21T11:00", who, json!({}));
    // Who has the fewer events goes.
    divided.tell(&["a", "b"].map(|id| looked(id, json!([user(stays)]))));
    let home = |who: &str| divided.place("user_id", who);
    let (to, from) = (home(stays), home(goes).unwrap());
    let who = id(&divided, goes);
    let before = applied(&divided);
    divided.hold(to);
    let email = identifier("email", &format!("{goes}@example.com"), "observed");
    divided.tenant.post(
        "/v1/events",
        &json!([looked("knows", json!([user(stays), email]))]),
    );
    let left = &divided.parts[usize::try_from(from).unwrap()];
    let path = format!("/v1/profiles/user_id:{goes}");
    while left.call("GET", &path, &[], Vec::new()).status != 404 {
        std::thread::yield_now();
    }
    // Those before them are copied at most, for whoever was told what was before they left; also once they have arrived.
    let all = all(&divided);
    let (ids, among) = all.next_of_all(None, 100).unwrap();
    assert_eq!(ids.len(), PEOPLE.len() - 1, "{goes} is nowhere");
    let copied = || {
        let copies = all.copies_of_all(&ids, among, &before).unwrap();
        let last = copies.copied.last().map(|copied| copied.portrait.id.to_string());
        assert!(!copies.is_whole && last < Some(who.clone()), "{last:?} {who}");
    };
    copied();
    let mut subscriber = Subscriber::of(&divided.tenant);
    subscriber.next(&divided.tenant);
    let hearing = async { tokio::time::timeout(A_WHILE, subscriber.heard()).await };
    let heard = divided.tenant.wait(hearing);
    assert!(
        heard.is_err(),
        "somebody was copied while {goes} was nowhere: {heard:?}"
    );
    divided.hold(None);
    while !subscriber.is_live {
        subscriber.next(&divided.tenant);
    }
    subscriber.holds(&divided.tenant, live(&divided));
    copied();
    let (ids, among) = all.next_of_all(None, 100).unwrap();
    let copies = all.copies_of_all(&ids, among, &applied(&divided)).unwrap();
    assert_eq!((copies.is_whole, copies.copied.len()), (true, PEOPLE.len()));
}

/// The input of a tenant on NATS is a stream of all tenants, whose numbers are not those of any journal.
#[test]
fn a_copy_does_not_wait_for_numbers_of_the_input() {
    let divided = populated();
    let position = InputPosition {
        stream: "YEKTA_EVENTS".to_owned(),
        created_ns: 7,
        sequence: 5_000_000,
        digest: [1; 16],
    };
    let resolver = &divided.tenant.engine().handle;
    divided.tenant.wait(async {
        let receipt = resolver.feed(Vec::new(), position).await.unwrap();
        receipt.await.unwrap();
    });
    let told = frames::until(&divided.tenant, "/v1/updates?snapshot=true", None, "live");
    assert_eq!(told.len(), BROWSERS + 1);
}

#[test]
fn a_copy_is_right_that_is_made_while_customers_go_from_one_partition_to_another() {
    let divided = populated();
    let mut subscriber = Subscriber::of(&divided.tenant);
    std::thread::scope(|threads| {
        let going = threads.spawn(|| {
            for number in 0..SIGN_INS {
                // First two by two, then more and more of them are one.
                let who = number % BROWSERS / (2 << (number / BROWSERS));
                divided
                    .tenant
                    .post("/v1/events", &json!([sign_in(number, number % BROWSERS, who)]));
            }
        });
        for taken in 0.. {
            if subscriber.is_live && going.is_finished() {
                break;
            }
            if subscriber.is_live {
                // There may be nothing more to be told for now.
                std::thread::yield_now();
                continue;
            }
            subscriber.next(&divided.tenant);
            if taken % 7 == 6 {
                subscriber.reconnect(&divided.tenant);
            }
        }
    });
    has_all(&mut subscriber, &divided, SIGN_INS);
    let is_gone = |part: &Town| {
        let told = part.query().updates_after(Position(0), usize::MAX).unwrap();
        told.iter().filter(|update| update.departed().is_some()).count()
    };
    assert!(
        divided.parts.iter().map(is_gone).sum::<usize>() > 5,
        "customers moved"
    );
}

/// What happens while a subscriber reads.
#[derive(Clone, Debug)]
enum Step {
    SignIn(usize, usize),
    Read,
    Break,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..BROWSERS, 0..8_usize).prop_map(|(on, who)| Step::SignIn(on, who)),
        8 => Just(Step::Read),
        1 => Just(Step::Break),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]
    #[test]
    fn it_is_right_whatever_happens_while_it_is_made(steps in prop::collection::vec(step(), 20..80)) {
        let divided = populated();
        let mut subscriber = Subscriber::of(&divided.tenant);
        let mut told = 0;
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::SignIn(on, who) => {
                    divided.tenant.post("/v1/events", &json!([sign_in(number, on, who)]));
                    told += 1;
                }
                Step::Read if subscriber.is_live => {}
                Step::Read => subscriber.next(&divided.tenant),
                Step::Break => subscriber.reconnect(&divided.tenant),
            }
        }
        has_all(&mut subscriber, &divided, told);
    }
}

#[test]
fn a_place_in_the_copy_of_another_history_is_begun_anew() {
    let divided = populated();
    let last = "ffffffffffffffffffffffffffffffff";
    for cursor in [
        "p9999.9999.9999.9999/".to_owned(),
        format!("p9999.9999.9999.9999/{last}"),
        format!("p0.0.0.0/{last}/9"),
    ] {
        let told = frames::until(&divided.tenant, "/v1/updates", Some(&cursor), "live");
        let anew = told.iter().skip_while(|(name, ..)| name != "reset").skip(1);
        let copies = anew.filter(|(name, ..)| name == "snapshot");
        assert_eq!(copies.count(), BROWSERS, "{cursor}");
    }
}
