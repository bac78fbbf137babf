//! How partitions follow a resolver: each takes what the resolver wrote for it, in order, and waits for what others send it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tokio::sync::oneshot::Receiver;
use yekta::engine::{
    api::{Outcome as Became, Receipt, Submission},
    parting::{Moved, Parcel, Routed},
};

use crate::partitions::{Partitions, Wrong, input};

/// What was told of each profile, wherever it was.
#[derive(Debug, Default)]
pub(crate) struct Told {
    versions: BTreeMap<String, u64>,
    /// Those who were there no longer since.
    ended: BTreeSet<String>,
}

impl Told {
    /// Fails unless a message tells the version that is next, or one that is known of somebody who comes. Who was
    /// erased begins anew.
    fn hear(&mut self, rest: &str, body: &[u8], seed: u64) {
        let Some(("profile", rest)) = rest.split_once('.') else {
            return;
        };
        let (kind, profile) = rest.split_once('.').unwrap();
        let told: serde_json::Value = serde_json::from_slice(body).unwrap();
        let version = self.versions.entry(profile.to_owned()).or_default();
        match kind {
            "updated" if self.ended.remove(profile) && told["version"] == 1 => *version = 1,
            "updated" if told["cause"]["resolution"] != "arrived" => *version += 1,
            "updated" => {}
            // Told beside the move, in its own time: it may be told of again elsewhere already.
            "departed" => return,
            "erased" => {
                self.ended.insert(profile.to_owned());
                return;
            }
            _ => return,
        }
        assert_eq!(
            told["version"], *version,
            "seed {seed}: the version that is told next"
        );
    }
}

/// A writer that takes nothing more.
struct Stopped;

impl Partitions {
    /// Reads what the resolver and the partitions wrote.
    fn listen(&mut self) {
        let is_faulty = self.manner.is_faulty;
        for (number, rest, body) in self.resolver.written(is_faulty) {
            if let Some((partition, routed)) = Routed::read(&rest, &body).unwrap() {
                let index = usize::try_from(partition).unwrap();
                self.routed[index].0.push((number, routed));
            }
        }
        for (from, member) in (0..).zip(&mut self.members) {
            for (_, rest, body) in member.written(is_faulty) {
                // What is read of a journal that fails may be torn off it again.
                if !is_faulty {
                    self.told.hear(&rest, &body, self.seed);
                }
                if let Ok((id, number, is_last)) = Parcel::piece(&rest) {
                    let (parcel, is_whole) = self.parcels.entry((from, id)).or_default();
                    assert!(!*is_whole && number == parcel.len(), "a parcel is sent once");
                    parcel.push(body);
                    *is_whole = is_last;
                    self.moves.in_pieces += usize::from(parcel.len() == 2);
                }
            }
        }
    }

    /// Has a partition take up to so many messages; how many it took. It may fail, and is there again then.
    pub(crate) fn pump(&mut self, index: usize, most: usize) -> usize {
        self.listen();
        let (mut taken, mut receipts) = (0, Vec::new());
        while taken < most {
            let before = self.routed[index].1;
            match self.hand_on(index, most - taken) {
                Ok(Some(receipt)) => receipts.push(receipt),
                Ok(None) => break,
                Err(Stopped) => {
                    self.await_all(index, receipts);
                    self.restart(Some(index));
                    return taken;
                }
            }
            taken += self.routed[index].1 - before;
        }
        if !self.await_all(index, receipts) {
            self.restart(Some(index));
        }
        taken
    }

    /// Hands the next few messages of a partition over; nothing where none is there that it can take now.
    fn hand_on(&mut self, index: usize, most: usize) -> Result<Option<Receiver<Receipt>>, Stopped> {
        let most = most.min(1 + self.dice.below(8));
        let (routed, next) = &self.routed[index];
        let (mut items, mut last, mut after) = (Vec::new(), 0, *next);
        for (number, routed) in routed.iter().skip(*next).take(most) {
            let Routed::Event(record) = routed else { break };
            let event = Box::new(record.event.clone());
            items.push(match &record.place {
                Some(place) => Submission::Read(event, Arc::new(place.clone())),
                None => Submission::Event(event),
            });
            (last, after) = (*number, after + 1);
        }
        if self.manner.wrong == Some(Wrong::Skips) && items.len() > 2 {
            items.pop();
        }
        if !items.is_empty() {
            let fed = self.members[index].engine().handle.feed(items, input(last));
            let fed = self.runtime.block_on(fed).map_err(|_| Stopped)?;
            self.routed[index].1 = after;
            return Ok(Some(fed));
        }
        let Some((number, routed)) = routed.get(*next) else {
            return Ok(None);
        };
        let (number, routed) = (*number, routed.clone());
        let Some(moved) = self.moved(routed) else {
            self.moves.waited += 1;
            return Ok(None);
        };
        let carried = self.members[index].engine().handle.carry(moved, input(number));
        let carried = self.runtime.block_on(carried).map_err(|_| Stopped)?;
        self.routed[index].1 += 1;
        Ok(Some(carried))
    }

    /// What a partition is to do of a move; `None` while what it waits for is not sent.
    fn moved(&mut self, routed: Routed) -> Option<Moved> {
        let wrong = self.manner.wrong;
        match routed {
            Routed::Event(_) => unreachable!("events were taken"),
            Routed::Put(id, record) => Some(Moved::Arrive(Parcel { id, record })),
            Routed::Depart(id, mut departure) => {
                if wrong == Some(Wrong::Stays) {
                    departure.keys.clear();
                }
                Some(Moved::Depart(id, departure))
            }
            Routed::Ahead(id, number, departure) => Some(Moved::Ahead(id, number, departure)),
            Routed::Arrive(id, arrival) => {
                let (pieces, _) = self
                    .parcels
                    .get(&(arrival.from, id))
                    .filter(|(_, is_whole)| *is_whole)?;
                let mut parcel = Parcel::of(id, pieces.iter().map(Vec::as_slice)).unwrap();
                let keys = parcel.record.rows.iter().map(|(key, _)| key);
                let atoms: Vec<Vec<u8>> = keys.filter(|key| key[0] == b'A').cloned().collect();
                self.moves.all += usize::from(!atoms.is_empty());
                self.moves.again += usize::from(atoms.iter().any(|atom| self.moved.contains(atom)));
                self.moved.extend(atoms);
                match wrong {
                    Some(Wrong::NeverArrives) => parcel.record.rows.clear(),
                    Some(Wrong::Lacks(letter)) => {
                        let lost = parcel.record.rows.iter().position(|(key, _)| key[0] == letter);
                        lost.map(|place| parcel.record.rows.remove(place));
                    }
                    _ => {}
                }
                Some(Moved::Arrive(parcel))
            }
        }
    }

    /// Waits for all answers; whether there were any.
    fn await_all(&mut self, index: usize, receipts: Vec<Receiver<Receipt>>) -> bool {
        for receipt in receipts {
            let Ok(receipt) = self.runtime.block_on(receipt) else {
                assert!(self.manner.is_faulty, "seed {}: {index} failed", self.seed);
                return false;
            };
            for outcome in receipt.outcomes {
                let name = match outcome {
                    Became::Accepted(_) | Became::Noted => "accepted",
                    Became::Duplicate => "copy",
                    Became::Conflicting => "impostor",
                    Became::Erased => "erased",
                    Became::Routed | Became::Refused => panic!("{outcome:?}"),
                };
                *self.became.entry(name).or_default() += 1;
            }
        }
        true
    }

    /// Has all take all there is for them.
    pub(crate) fn drain(&mut self) {
        loop {
            let taken: usize = (0..self.members.len())
                .map(|index| self.pump(index, usize::MAX))
                .sum();
            let is_left = self.routed.iter().any(|(routed, next)| *next < routed.len());
            if !is_left {
                return;
            }
            let is_faulty = self.manner.is_faulty;
            assert!(
                taken > 0 || is_faulty,
                "seed {}: all wait for one another",
                self.seed
            );
        }
    }
}
