//! A small history of a few people, drawn by a fixed formula, and what remains of it: what was told and neither taken back nor
//! erased, and who is said to be one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::dice::{Dice, WHAT, about, time};
use crate::{
    erased::erase,
    said::{cookie, event, user},
    steward::{merge, undo},
    town::Town,
};

/// How many people there are.
pub const PEOPLE: u64 = 6;

/// Something that was told and remains.
#[derive(Clone)]
struct Told {
    event: Value,
    /// Of whom: nobody where a team spoke of itself.
    of: Option<u64>,
    /// Whether it names the person, or a device alone.
    named: bool,
    log_in: bool,
}

impl Told {
    /// Whether it is of the person who logged in there. In a store devices are everybody's.
    fn is_on_device(&self) -> bool {
        self.event["channel"] != "store"
    }
}

/// Two who are said to be one.
struct Word {
    people: [u64; 2],
    id: Value,
}

#[derive(Default)]
pub struct History {
    told: Vec<Told>,
    /// What was taken out.
    gone: Vec<Value>,
    words: Vec<Word>,
    erased: BTreeSet<u64>,
    count: u64,
}

impl History {
    /// Everybody comes in once, which nobody takes back, so that there is somebody to speak of.
    pub fn begin(&mut self, town: &Town) {
        for who in 0..PEOPLE {
            let looked = self.event(
                json!([user(&name(who))]),
                ["web", "Product Viewed"],
                "13T08:00",
                json!({}),
            );
            self.tell(town, Some(who), [true, false], looked);
        }
    }

    fn event(&mut self, of: Value, what: [&str; 2], time: &str, about: Value) -> Value {
        self.count += 1;
        let id = format!("e{:03}", self.count);
        event(&id, what, time, of, json!({"properties": about}))
    }

    fn tell(&mut self, town: &Town, of: Option<u64>, [named, log_in]: [bool; 2], event: Value) {
        town.tell(std::slice::from_ref(&event));
        self.told.push(Told {
            event,
            of,
            named,
            log_in,
        });
    }

    /// Something happens to somebody who was not erased.
    pub fn happens(&mut self, town: &Town, dice: &mut Dice) {
        let who = dice.roll(PEOPLE);
        let time = time(dice);
        if self.erased.contains(&who) {
            return;
        }
        match dice.roll(12) {
            0 => {
                let both = json!([cookie(&name(who)), user(&name(who))]);
                let log_in = self.event(both, ["mobile", "Signed In"], &time, json!({}));
                self.tell(town, Some(who), [true, true], log_in);
            }
            1 => {
                let about = json!({"team": dice.one_of(&["care", "desk"]), "score": dice.roll(11)});
                let what = ["store", "Employee Feedback Given"];
                let said = self.event(json!([]), what, &time, about);
                self.tell(town, None, [false, false], said);
            }
            _ => {
                let named = dice.roll(3) > 0;
                let as_whom = if named {
                    user(&name(who))
                } else {
                    cookie(&name(who))
                };
                let (channel, what) = dice.one_of(&WHAT);
                let about = about(dice, self.count);
                let happened = self.event(json!([as_whom]), [channel, what], &time, about);
                self.tell(town, Some(who), [named, false], happened);
            }
        }
    }

    /// Two who are not said to be anybody else are said to be one; answers whether there were two.
    pub fn say(&mut self, town: &Town, dice: &mut Dice) -> bool {
        let spoken_of: BTreeSet<u64> = self.words.iter().flat_map(|word| word.people).collect();
        let is_free = |who: &u64| !spoken_of.contains(who) && !self.erased.contains(who);
        let free: Vec<u64> = (0..PEOPLE).filter(is_free).collect();
        let people = [dice.one_of(&[0, 1, 2]), dice.one_of(&[3, 4, 5])];
        let are_two = people.iter().all(|who| free.contains(who));
        if are_two {
            let id = say(town, people);
            self.words.push(Word { people, id });
        }
        are_two
    }

    /// The last word that holds is taken back, if there is any.
    pub fn take_back_a_word(&mut self, town: &Town) -> bool {
        let word = self.words.pop();
        if let Some(word) = &word {
            undo(town, json!({"word": word.id})).unwrap();
        }
        word.is_some()
    }

    /// An event is taken back, if there is any that may be.
    pub fn take_back_an_event(&mut self, town: &Town, dice: &mut Dice) -> bool {
        let of_people = |told: &Told| told.of.is_some() && told.event["time"] != "2026-11-13T08:00:00Z";
        let places = self.told.iter().enumerate();
        let places: Vec<usize> = places
            .filter(|(_, told)| of_people(told))
            .map(|(place, _)| place)
            .collect();
        if !places.is_empty() {
            let event = self.told.remove(dice.one_of(&places)).event;
            undo(town, json!({"event": {"source": "test", "id": event["id"]}})).unwrap();
            self.gone.push(event);
        }
        !places.is_empty()
    }

    /// Somebody is erased, with whoever is said to be the same, and with what their devices did if they logged in on them.
    pub fn erase(&mut self, town: &Town, dice: &mut Dice) -> bool {
        let who = dice.roll(PEOPLE);
        // Some stay, so that something is left to report.
        if self.erased.contains(&who) || self.erased.len() > 2 {
            return false;
        }
        let word = self.words.iter().find(|word| word.people.contains(&who));
        let people: BTreeSet<u64> = word.map_or(BTreeSet::from([who]), |word| word.people.into());
        let known: BTreeSet<u64> = self
            .told
            .iter()
            .filter(|told| told.log_in)
            .filter_map(|told| told.of)
            .collect();
        let is_theirs = |told: &Told| {
            told.of.is_some_and(|of| {
                people.contains(&of) && (told.named || told.is_on_device() && known.contains(&of))
            })
        };
        let receipt = erase(town, &format!("user_id:{}", name(who)));
        let (theirs, rest): (Vec<Told>, Vec<Told>) = self.told.drain(..).partition(is_theirs);
        assert_eq!(receipt["removed"]["events"], theirs.len(), "{receipt}");
        self.told = rest;
        self.gone.extend(theirs.into_iter().map(|told| told.event));
        self.words.retain(|word| !word.people.contains(&who));
        self.erased.extend(people);
        true
    }

    /// All of it comes once more, also what was taken out: nothing of it counts.
    pub fn comes_again(&self, town: &Town) -> bool {
        let told = self.told.iter().map(|told| &told.event);
        let again: Vec<Value> = told.chain(&self.gone).cloned().collect();
        let answer = town.post("/v1/events", &Value::from(again));
        assert_eq!(answer["accepted"], 0, "{answer}");
        true
    }

    /// Tells another town what remains, the last first, some at once.
    pub fn remains(&self, town: &Town) {
        let events: Vec<Value> = self.told.iter().rev().map(|told| told.event.clone()).collect();
        events.chunks(5).for_each(|some| town.tell(some));
        for word in &self.words {
            say(town, word.people);
        }
    }

    /// What happened, to tell a failure by.
    pub fn story(&self) -> String {
        let told = self.told.iter().map(|told| told.event.to_string());
        let words = self.words.iter().map(|word| format!("one: {:?}", word.people));
        told.chain(words).collect::<Vec<_>>().join("\n")
    }
}

fn name(who: u64) -> String {
    format!("h{who}")
}

fn say(town: &Town, people: [u64; 2]) -> Value {
    let [a, b] = people.map(|who| format!("user_id:{}", name(who)));
    merge(town, &a, &b)["word"].clone()
}
