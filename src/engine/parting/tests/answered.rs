//! What was asked of somebody is answered the same where they went, and nothing is done again.

use std::collections::BTreeSet;

use crate::{
    decide::{contact, routing},
    domain::{
        event::ConsentChange,
        identifier::{Kind, Trust},
        identity::{IdentityRules, Key},
        profile::consent::Decision,
        time::Timestamp,
    },
    engine::{
        api::{Answer, Command, Mint, Purpose, Statement, Target, Undo},
        parting::tests::{
            live, profile,
            traced::links,
            user,
            world::{HOUR, NOW, Place, World, event, read_updates},
        },
    },
    store::{ErasureRecord, ProfileId},
};

fn named(who: &str) -> Target {
    Target::Identifier(user(who))
}

fn mint(who: &str) -> Command {
    Command::MintQr(Mint {
        target: named(who),
        purpose: Purpose::Lookup,
        basket: None,
        offer: None,
        expires: Timestamp::from_micros(NOW.as_micros() + HOUR),
        store_id: None,
        offline: None,
    })
}

fn contact(target: Target) -> Command {
    let ask = contact::Ask {
        way: "sms".to_owned(),
        purpose: "service".to_owned(),
        template: None,
        team: None,
        priority: 5,
        matter: None,
        saying: Default::default(),
    };
    let ask = Box::new(ask);
    Command::Contact { target, ask }
}

fn route(target: Target) -> Command {
    let ask = routing::Ask {
        channel: "call".to_owned(),
        matter: "order_status".to_owned(),
        language: None,
        call_id: Some("c-1".to_owned()),
    };
    let ask = Box::new(ask);
    Command::Route { target, ask }
}

fn consent(target: Target) -> Command {
    let change = ConsentChange {
        channel: "sms".to_owned(),
        purpose: "marketing".to_owned(),
        decision: Decision::Granted,
    };
    Command::Consent {
        target,
        changes: vec![change],
    }
}

fn undo(what: Undo) -> Command {
    Command::Undo {
        what,
        statement: Statement::default(),
    }
}

/// Two by what their words name them: as one person, or as two.
fn word(is_same: bool, of: [Target; 2]) -> Command {
    let statement = Statement::default();
    match is_same {
        true => Command::Merge { of, statement },
        false => Command::Separate { of, statement },
    }
}

/// Asks for each, under a request id of its own.
fn ask_all(place: &Place, commands: &[Command]) -> Vec<Answer> {
    let asked = commands.iter().enumerate();
    asked
        .map(|(number, command)| place.asked(&format!("r-{number}"), command))
        .collect()
}

/// The same, which does nothing.
fn ask_again(world: &World, place: &Place, commands: &[Command]) -> Vec<Answer> {
    let (rows, at) = (place.rows(), place.query().applied());
    let answers = ask_all(place, commands);
    world.settle(place);
    assert_eq!(place.rows(), rows, "nothing is written");
    assert_eq!(read_updates(place, at), Vec::<String>::new(), "nor told");
    answers
}

/// A command of each kind that is about somebody, who was told of by [`live`] and has another event that is wrong.
fn all_kinds(place: &Place, who: &str) -> Vec<Command> {
    let second = format!("{who}-2");
    let both = || [named(who), named(&second)];
    let wrong = event(who, "Wrong", 11, &[(Kind::USER_ID, who, Trust::Verified)]);
    place.submit(vec![wrong.clone()]);
    let ids = both().map(|target| match target {
        Target::Identifier(key) => place.query().keyring().profile_of_user(&key),
        Target::Profile(id) => id,
    });
    let survivor = profile(place, who);
    let absorbed = ids.into_iter().find(|id| *id != survivor).unwrap();
    let tokens = ["a", "b", "c"].map(|name| match place.asked(name, &mint(who)) {
        Answer::Minted { token, .. } => token,
        answer => panic!("expected a code, not {answer:?}"),
    });
    let said = |name: &str| match place.asked(name, &word(true, both())) {
        Answer::Said { word } => word,
        answer => panic!("expected a word, not {answer:?}"),
    };
    let [redeemed, settled, revoked] = tokens;
    vec![
        mint(who),
        Command::RedeemQr {
            token: redeemed,
            store_id: None,
        },
        Command::SettleQr {
            token: settled,
            store_id: None,
            at: NOW,
        },
        Command::RevokeQr { token: revoked },
        consent(named(who)),
        consent(Target::Profile(absorbed)),
        contact(named(&second)),
        route(Target::Profile(survivor)),
        Command::Start {
            flow: "remind".to_owned(),
            target: named(who),
        },
        undo(Undo::Event(wrong.id)),
        undo(Undo::Word(said("w"))),
        undo(Undo::Absorbed(absorbed)),
        word(false, both()),
        word(true, both()),
    ]
}

#[test]
fn a_command_that_is_sent_again_is_answered_the_same_where_its_customer_went() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    live(&world, &q, "ali");
    let commands = all_kinds(&q, "ali");
    let first = ask_all(&q, &commands);
    world.settle(&q);
    let again = ask_again(&world, &q, &commands);
    // How a code stands is told as it stands.
    let is_told_first = |answer: &Answer| !matches!(answer, Answer::Qr(_));
    for (first, again) in first.iter().zip(&again) {
        assert!(first == again || !is_told_first(first), "{first:?} {again:?}");
    }
    world.carry(&q, &p, &["ali", "ali-2"], "ali");
    let mut left = q.rows();
    left.retain(|key, _| matches!(key.first(), Some(b'C' | b'H')));
    assert!(left.is_empty(), "no answer is left of who departed");
    assert_eq!(ask_again(&world, &p, &commands), again);

    let undone: Vec<&Undo> = commands
        .iter()
        .filter_map(|command| match command {
            Command::Undo { what, .. } => Some(what),
            _ => None,
        })
        .collect();
    assert_eq!(undone.len(), 3);
    for what in undone {
        let found = [&q, &p].map(|place| place.query().has_undone(what).unwrap());
        assert_eq!(found, [false, true], "{what:?}");
    }
    // Back again, and with nothing forgotten.
    world.carry(&p, &q, &["ali", "ali-2"], "ali");
    assert_eq!(ask_again(&world, &q, &commands), again);
    // Under another request id it is another command.
    let before = q.rows();
    q.asked("other", &consent(named("ali")));
    assert_ne!(q.rows(), before);
    q.stop();
    p.stop();
}

#[test]
fn what_was_taken_back_of_who_is_known_by_their_events_alone_goes_with_them() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    let key = |who: &str| Key {
        kind: Kind::EMAIL,
        value: format!("{who}@example.org"),
    };
    let events: Vec<_> = ["mina", "nora"]
        .map(|who| {
            let email = key(who).value;
            event(who, "Form Sent", 1, &[(Kind::EMAIL, &email, Trust::Verified)])
        })
        .into();
    q.submit(events.clone());
    let both = [key("mina"), key("nora")].map(Target::Identifier);
    let Answer::Said { word } = q.asked("same", &word(true, both)) else {
        panic!("expected a word");
    };
    let commands = [undo(Undo::Word(word))];
    let first = ask_all(&q, &commands);
    world.settle(&q);
    let links: BTreeSet<_> = links(&q, &events);
    world.carry_linked(&q, &p, &links);
    assert_eq!(ask_again(&world, &p, &commands), first);
    q.stop();
    p.stop();
}

/// The receipts without how far files are cleared, which goes on meanwhile.
fn receipts(answers: Vec<Answer>) -> Vec<ErasureRecord> {
    let receipts = answers.into_iter().map(|answer| match answer {
        Answer::Erased { erasure } => ErasureRecord {
            withdrawn: None,
            clearing: None,
            gone: None,
            ..*erasure
        },
        answer => panic!("expected a receipt, not {answer:?}"),
    });
    receipts.collect()
}

#[test]
fn an_erasure_that_is_asked_for_again_elsewhere_has_its_receipt_and_erases_nobody() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    live(&world, &q, "sara");
    live(&world, &q, "ali");
    let ali: ProfileId = profile(&q, "ali");
    let commands = [named("sara"), Target::Profile(ali)].map(|target| Command::Erase {
        target,
        within_us: HOUR,
    });
    let first = receipts(ask_all(&q, &commands));
    assert!(first.iter().all(|receipt| receipt.removed.events > 0));
    world.settle(&q);
    let has = |place: &Place| place.query().has_answered(ali).unwrap();
    assert_eq!((has(&q), has(&p)), (true, false));
    world.carry(&q, &p, &["sara", "sara-2"], "sara");
    world.carry(&q, &p, &["ali", "ali-2"], "ali");
    assert_eq!((has(&q), has(&p)), (false, true));
    assert_eq!(receipts(ask_again(&world, &p, &commands)), first);

    // Told of it as any partition is, it took nothing; and who came back since is somebody else.
    for erasure in &first {
        let again = Command::EraseAgain(Box::new(erasure.clone()));
        p.command("again", again).unwrap();
    }
    let back = event(
        "sara",
        "Signed In",
        90,
        &[(Kind::USER_ID, "sara", Trust::Verified)],
    );
    p.submit(vec![back]);
    world.settle(&p);
    let sara = profile(&p, "sara");
    assert_eq!(receipts(ask_again(&world, &p, &commands)), first);
    assert_eq!(profile(&p, "sara"), sara);
    q.stop();
    p.stop();
}

/// Of nobody nothing can leave, and nothing is done: who has the value since is another question.
#[test]
fn what_was_answered_of_nobody_stays() {
    let world = World::new(&IdentityRules::standard());
    let (q, p) = (world.place("q", 0), world.place("p", 1));
    let commands = [contact(named("ali")), route(named("ali"))];
    let first = ask_all(&q, &commands);
    live(&world, &p, "ali");
    let now = ask_all(&p, &commands);
    assert_ne!(now, first, "decided of somebody");
    world.settle(&p);
    world.carry(&p, &q, &["ali", "ali-2"], "ali");
    assert_eq!(ask_again(&world, &q, &commands), now, "what was done is told");
    q.stop();
    p.stop();
}
