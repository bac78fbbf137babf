//! By what a partition ranks its customers: by what its resolver found of all, and never by itself.

use crate::{
    domain::{
        amount::Amount,
        identifier::{Kind, Trust},
        identity::IdentityRules,
    },
    engine::{
        parting::{
            MoveId, Moved, Parcel, ParcelRecord,
            tests::{
                profile,
                world::{NOW, Place, World, order, waited},
            },
        },
        queries::query::Ranking,
    },
    store::{
        RankingRecord, ScaleRecord, StepRecord,
        codec::{self, Record},
        keys::value as keys,
    },
};

const BUYERS: [&str; 3] = ["ann", "bob", "cyr"];

/// What a resolver writes, of one row.
fn put(index: u32, key: &[u8], record: &impl Record) -> Moved {
    let rows = vec![(key.to_vec(), codec::encode(record).unwrap())];
    Moved::Arrive(Parcel {
        id: MoveId { batch: 1, index },
        record: ParcelRecord { rows },
    })
}

fn ranked(place: &Place) -> Ranking {
    let mut changes = place.handle().changes();
    loop {
        let ranking = place.query().ranking().unwrap();
        match ranking.filter(|ranking| !ranking.is_pending) {
            Some(ranking) => return ranking,
            None => waited(changes.changed()).unwrap(),
        }
    }
}

#[test]
fn a_partition_ranks_by_what_its_resolver_wrote_and_never_by_itself() {
    let world = World::new(&IdentityRules::standard());
    let place = world.place("p", 1);
    for who in BUYERS {
        let named = (Kind::USER_ID, who, Trust::Verified);
        place.submit(vec![order(who, 1, &named)]);
    }
    world.settle(&place);
    // A version that ranked by itself was asked to, and stopped.
    let asked = RankingRecord {
        asked: 1,
        asked_at: Some(NOW),
        ..RankingRecord::default()
    };
    assert!(world.is_moved(&place, put(0, keys::RANKING, &asked), 1));
    let before = place.query().applied().0;
    let all = StepRecord {
        last: NOW.saturating_sub(1 << 60),
        orders: 1,
        paid: Amount::ZERO,
    };
    let scale = ScaleRecord {
        at: NOW,
        currency: None,
        recency: vec![all.clone(); 4],
        frequency: Vec::new(),
        monetary: vec![all.clone()],
        tiers: vec![all; 2],
    };
    assert!(world.is_moved(&place, put(1, keys::SCALE, &scale), 2));
    let ranking = ranked(&place);
    assert_eq!((ranking.at, ranking.customers), (Some(NOW), 3));
    for who in BUYERS {
        let standing = place.query().standing(profile(&place, who)).unwrap().unwrap();
        let fifths = [standing.recency, standing.frequency, standing.monetary];
        assert_eq!((fifths, standing.tier.as_str()), ([5, 1, 2], "high"), "{who}");
    }
    // What was written, and where all stand by it: nothing was kept of what was asked for before.
    assert_eq!(place.query().applied().0, before + 2);
}
