//! Moves that are handed over, and what becomes of them where a writer fails in between.

use std::{collections::BTreeSet, fs, path::Path, sync::atomic::Ordering};

use crate::{
    domain::{identifier::Kind, identity::Key},
    engine::{
        Position,
        api::{Command, CommandError},
        parting::{
            MoveId, Moved, Parcel,
            tests::world::{Place, World, now, tenant, waited},
        },
    },
    journal::InputPosition,
    store::{KeyHash, View as _, keys::parting},
    wire::out::update::Subjects,
};

/// What links somebody: users, and what `who` is named by otherwise.
pub(super) fn linked(place: &Place, users: &[&str], who: &str) -> BTreeSet<KeyHash> {
    let key = |kind: &Kind, value: &str| Key {
        kind: kind.clone(),
        value: value.to_owned(),
    };
    let mut named: BTreeSet<Key> = users.iter().map(|user| key(&Kind::USER_ID, user)).collect();
    named.insert(key(&Kind::EMAIL, &format!("{who}@example.org")));
    named.insert(key(&Kind::ANONYMOUS_ID, &format!("device-{who}")));
    let query = place.query();
    named.iter().map(|key| query.keyring().key(key)).collect()
}

/// The parcel of a move that a partition sent, of all its pieces.
pub(super) fn sent(from: &Place, id: MoveId) -> Parcel {
    let prefix = format!("{}.", Subjects::of(&tenant(from.index)).prefix());
    let (mut pieces, mut is_whole) = (Vec::new(), false);
    for update in from.query().updates_after(Position::START, 100_000).unwrap() {
        let rest = update.subject.strip_prefix(&prefix).unwrap();
        if let Ok((of, number, is_last)) = Parcel::piece(rest)
            && of == id
        {
            assert_eq!(
                (number, is_whole),
                (pieces.len(), false),
                "each once, in their order"
            );
            pieces.push(update.body);
            is_whole = is_last;
        }
    }
    assert!(is_whole, "the last is there");
    Parcel::of(id, pieces.iter().map(Vec::as_slice)).unwrap()
}

impl World {
    /// Hands a move over; whether it was answered.
    pub(super) fn is_moved(&self, place: &Place, moved: Moved, sequence: u64) -> bool {
        let position = InputPosition {
            stream: "journal".to_owned(),
            created_ns: 7,
            sequence: sequence.max(place.consumed() + 1),
            digest: [1; 16],
        };
        let carried = waited(place.handle().carry(moved, position)).unwrap();
        let Ok(receipt) = carried.blocking_recv() else {
            return false;
        };
        assert_eq!(receipt.outcomes, []);
        assert!(receipt.position <= place.query().applied());
        true
    }

    /// Has a partition carry a move out in several commits, of which it fails with the one of this number, and go on with it;
    /// whether it failed, and whether the move was under way then.
    pub(super) fn cut(&self, place: Place, moved: &Moved, number: usize) -> (Place, bool, bool) {
        let left = self.narrow.borrow().left.clone();
        left.store(number, Ordering::SeqCst);
        let consumed = place.consumed();
        let is_moved = self.is_moved(&place, moved.clone(), 0);
        left.store(0, Ordering::SeqCst);
        if is_moved {
            self.settle(&place);
            return (place, false, false);
        }
        let place = self.gone_on(place);
        let staged = place.query().store().get(parting::STAGED).unwrap();
        if staged.is_some() {
            assert_eq!(place.consumed(), consumed, "it comes again");
            let asked = place.command("asked", Command::Deleted { places: vec![1] });
            assert!(matches!(asked, Err(CommandError::OnTheMove)), "{asked:?}");
        }
        // The last of its commits may be written, and nobody told.
        if place.consumed() == consumed {
            assert!(self.is_moved(&place, moved.clone(), 0));
        }
        self.settle(&place);
        (place, true, staged.is_some())
    }

    /// A partition whose writer failed, as it goes on from there.
    pub(super) fn gone_on(&self, place: Place) -> Place {
        let Place {
            engine,
            name,
            index,
            rules,
        } = place;
        engine.stop().unwrap_err();
        self.running(&name, index, &rules, now)
    }

    /// A copy of the folder of a partition that was stopped.
    pub(super) fn copied(&self, from: &str, to: &str) {
        copy(&self.dir.path().join(from), &self.dir.path().join(to));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}
