//! The layout on disk of every stored record and of the domain's types in it.
//!
//! A frozen list: nothing here is edited once it is released, a change is a new record version.

use bincode::{
    Decode, Encode,
    de::Decoder,
    enc::Encoder,
    error::{DecodeError, EncodeError},
};

use crate::{
    domain::{
        agent::Agent,
        amount::Amount,
        event::Event,
        identifier::{Identifier, Kind, Trust},
        identity::Word,
        time::Timestamp,
        value::Number,
    },
    store::{
        codec::Record,
        ids::{AtomId, ErasureId, EventHash, KeyHash, ProfileId},
        layout,
        record::{
            AnswerRecord, ArrivalRecord, AtomRecord, BookedRecord, CellRecord, CellsRecord, ClearedRecord,
            ComponentRecord, CountedDayRecord, CountedRecord, DepartureRecord, ErasedRecord, ErasingRecord,
            ErasureRecord, FormerRecord, ForwardRecord, InputRecord, InsightRecord, LinkedRecord,
            MembershipRecord, ParcelRecord, PlannedRecord, PopulationRecord, ProfileRecord, QrRecord,
            RejectionRecord, RenewalRecord, RoutedRecord, RulesRecord, SeenRecord, ShareRecord, SizeRecord,
            SpreadRecord, StagedRecord, StartRecord, SweepRecord, TimerRecord, UntoldRecord, WaitingRecord,
            WordsRecord,
        },
    },
};

macro_rules! record {
    ($type:ty, $version:literal, $name:literal) => {
        impl Record for $type {
            const VERSION: u8 = $version;
            const NAME: &'static str = $name;
        }
    };
}

/// An atom of version 7 has nothing of how it was: four empty collections.
/// One of version 6 has no runs of flows, no pledges, and does not know when the customer answers: three empty collections.
/// One of version 5 has no contacts either:
/// an empty collection and two registers that were never set before it; one of version 4 no dealings: seven empty collections
/// before them.
impl Record for AtomRecord {
    const VERSION: u8 = 8;
    const NAME: &'static str = "atom";

    fn lacks(version: u8) -> Option<&'static [u8]> {
        match version {
            4 => Some(&[0; 17]),
            5 => Some(&[0; 10]),
            6 => Some(&[0; 7]),
            7 => Some(&[0; 4]),
            _ => None,
        }
    }
}

record!(ComponentRecord, 1, "component");
record!(LinkedRecord, 1, "linked value");
record!(SpreadRecord, 1, "spread of customers");
record!(RoutedRecord, 1, "routed event");
record!(DepartureRecord, 1, "departure");
record!(ArrivalRecord, 1, "arrival");
record!(ParcelRecord, 1, "parcel");
record!(UntoldRecord, 1, "move to be told of");
record!(StagedRecord, 1, "move that is under way");
record!(PlannedRecord, 1, "rows that leave");

record!(ProfileRecord, 1, "profile");
record!(FormerRecord, 2, "former profile");
record!(ForwardRecord, 1, "forward");
record!(QrRecord, 1, "QR code");
record!(AnswerRecord, 1, "answer");
record!(RejectionRecord, 1, "rejection");
record!(Event, 1, "event");
record!(InputRecord, 1, "input position");
record!(SeenRecord, 1, "known event");
record!(WordsRecord, 1, "number of the last word");
record!(RulesRecord, 1, "rules");
record!(RenewalRecord, 1, "renewal");
record!(Word, 1, "steward's word");
record!(Agent, 1, "agent");
record!(BookedRecord, 1, "booked call-backs");
record!(ErasedRecord, 1, "mark of an erasure");
record!(ErasureRecord, 1, "erasure");
record!(ClearedRecord, 1, "clearing");
record!(CountedDayRecord, 1, "day of counts");
record!(CountedRecord, 1, "count");
record!(ErasingRecord, 1, "erasure that goes on");
record!(CellRecord, 1, "cell");
record!(CellsRecord, 1, "day of cells");
record!(ShareRecord, 1, "share of cells");
record!(InsightRecord, 1, "insight");

record!(TimerRecord, 1, "timer");
record!(MembershipRecord, 1, "segments of a profile");
record!(SizeRecord, 1, "size of a segment");
record!(SweepRecord, 1, "sweep");
record!(StartRecord, 1, "start of a flow");
record!(WaitingRecord, 1, "count of timers");
record!(PopulationRecord, 1, "count of profiles");

layout! {
    struct crate::store::record::TimerRecord { due, event, atom, task }
    enum crate::store::record::Task { 0 => Run(run), 1 => Answer { matter, way, since } }
    struct crate::store::record::Run { flow, matter, step, deadline, held }
    struct crate::store::record::MembershipRecord { segments, due }
    struct crate::store::record::Member { since, until }
    struct crate::store::record::SizeRecord { members }
    struct crate::store::record::SweepRecord { digest, after }
    struct crate::store::record::StartRecord { flow, segment, after, started }
    struct crate::store::record::WaitingRecord { timers }
    struct crate::store::record::PopulationRecord { profiles, until }
    tuple EventHash(0)
    struct crate::store::record::SeenRecord { checksum, place }
    struct crate::store::record::WordsRecord { last }
    struct crate::store::record::CountedDayRecord { combinations }
    struct crate::store::record::CountedRecord { happened, reason, way, purpose, team, template, count }
    struct crate::store::record::SumsRecord { count, sum, squares }
    struct crate::store::record::CellRecord {
        name, of, also, number, spot, segment, channel, team, sums
    }
    struct crate::store::record::CellsRecord { cells }
    struct crate::store::record::ShareRecord { digest, parts }
    struct crate::store::record::InsightRecord { kind, about, since, evidence }
    tuple crate::store::ids::TallyHash(0)
    struct crate::store::record::RulesMark {
        algorithm, kinds, atoms_max, claims_max, weights, auto, block_faces_max, component_atoms_max, fold
    }
    struct crate::store::record::RulesRecord { edition, mark, former }
    struct crate::store::record::RenewalRecord { after }
    struct crate::store::record::ComponentRecord { partition, events, keys }
    struct crate::store::record::LinkedRecord { component }
    struct crate::store::record::SpreadRecord { partitions, told, up_to, after }
    struct crate::store::record::RoutedRecord { event, place }
    struct crate::store::record::DepartureRecord { to, keys }
    struct crate::store::record::ArrivalRecord { from }
    struct crate::store::record::ParcelRecord { rows }
    enum crate::store::record::StagedRecord {
        0 => Departing { batch, index, rows, pieces }, 1 => Arriving { batch, index, done, is_of_others }
    }
    struct crate::store::record::PlannedRecord { keys }
    enum crate::store::record::UntoldRecord { 0 => Departed { version, to }, 1 => Arrived { otherwise } }
    struct crate::store::record::ProfileRecord { version, fingerprint, members, attributed, absorbed }
    struct crate::store::record::FormerRecord { version, atoms, beside }
    struct crate::store::record::ForwardRecord { atoms }
    struct crate::store::record::QrRecord { state, minted, expires, store_id, basket, offer }
    struct crate::store::record::RejectionRecord { at, code, message, id, source, origin, body }
    struct crate::store::record::InputRecord { stream, created_ns, sequence, digest }
    enum crate::domain::qr::QrState { 0 => Open, 1 => Redeemed { at, store_id }, 2 => Revoked }
    enum crate::domain::qr::QrOutcome {
        0 => Valid, 1 => Expired, 2 => Used, 3 => Revoked, 4 => WrongStore, 5 => Unknown
    }
    enum crate::store::record::AnswerRecord {
        0 => Minted { expires }, 1 => Qr { outcome }, 2 => Consented { profile }, 3 => Said { word }, 4 => Undone,
        5 => Erased { erasure }, 6 => Decided { profile, event },
        7 => DecidedOfNobody { event, outcome, reason, until }, 8 => Started { members }, 9 => Routed { profile, event },
        10 => RoutedOfNobody { route, skill, priority, reason }
    }
    tuple AtomId(0)
    tuple ProfileId(0)
    tuple KeyHash(0)
    tuple ErasureId(0)
    struct crate::store::record::BookedRecord { calls }
    struct crate::domain::agent::Agent { skills, calls_max, state }
    enum crate::domain::agent::AgentState { 0 => Ready, 1 => Busy, 2 => Away, 3 => Offline }
    struct crate::store::record::ClearedRecord { at }
    struct crate::store::record::ErasedRecord { until }
    struct crate::store::record::ErasureRecord {
        id, at, batch, until, due, withdrawn, clearing, gone, profile, absorbed, keys, atoms, claims, refused, removed
    }
    struct crate::store::record::Removed { events, codes, words, rejections }
    struct crate::store::record::ErasingRecord { emptied, is_parted, unmarked, removed }
    struct crate::store::record::UnmarkedRecord { device, first, last }

    struct crate::domain::event::EventId { source, id }
    struct crate::domain::event::Stamp { time, id, source }
    struct crate::domain::event::Place { shared_devices, hands_over }
    struct crate::domain::event::ConsentChange { channel, purpose, decision }
    struct crate::domain::event::Event {
        id, channel, name, time, stated_time, received, identifiers, alias_of, place, traits, properties, context,
        consent, expires, trace
    }
    struct crate::domain::event::StreamPlace { stream, sequence, subject }

    struct crate::domain::identity::claim::Key { kind, value }
    struct crate::domain::identity::claim::Asserted { key, trust, bond }
    enum crate::domain::identity::claim::Bond { 0 => Loose, 1 => Joins, 2 => Device { open } }
    enum crate::domain::identity::claim::Owner { 0 => Nobody, 1 => User(user), 2 => Contested }
    enum crate::domain::identity::claim::Alone { 0 => Link(key), 1 => Event(id) }
    struct crate::domain::identity::claim::Claim { asserted, owner, alias_of, signs_out, alone, facts }
    tuple crate::domain::identity::rules::Edition(0)
    tuple crate::domain::similarity::Bits(0)
    struct crate::domain::identifier::rules::KindRule { format, role, joins_at, per_profile, subjects_max, rank }
    enum crate::domain::identifier::rules::Format { 0 => Id, 1 => Email, 2 => Phone }
    enum crate::domain::identifier::rules::Role {
        0 => Anchor, 1 => Contact, 2 => Device, 3 => PerEvent, 4 => Handoff, 5 => Label
    }
    enum crate::domain::identity::word::Said { 0 => Same, 1 => Apart }
    enum crate::domain::identity::word::Reference { 0 => Key(key), 1 => Event(id) }
    struct crate::domain::identity::word::Word { id, number, said, sides, by, why, at }
    tuple crate::domain::fact::Facts(0)
    struct crate::domain::fact::Fact { kind, value }
    enum crate::domain::fact::FactKind {
        0 => GivenName, 1 => MiddleName, 2 => FamilyName, 3 => Suffix, 4 => BirthDate, 5 => Address, 6 => City,
        7 => Postcode, 8 => Region, 9 => Country, 10 => NationalId
    }
    struct crate::domain::identity::link::Link { first, role }
    enum crate::domain::identity::link::LinkRole { 0 => About, 1 => Minted { expires, handoff }, 2 => Scanned { closed }, 3 => Closed }

    struct crate::domain::profile::aggregate::Aggregate {
        events, first, last, by_channel, by_type, traits, cart, cart_emptied, wishlist, orders, sales, tickets,
        offers, offer_ends, calls, consent, recent; elsewhere dealings, contacts, runs, pledges, experience
    }
    struct crate::domain::profile::dealings::Dealings {
        prices, callbacks, callback_ends, terms, complaints, bought, feelings
    }
    struct crate::domain::profile::dealings::Price { about, price, currency, until, channel }
    struct crate::domain::profile::dealings::Callback { about, due, channel }
    enum crate::domain::profile::dealings::CallbackEnd { 0 => Failed, 1 => Completed }
    struct crate::domain::profile::dealings::Terms { reason, price, currency, channel }
    struct crate::domain::profile::dealings::Bought { name }
    struct crate::domain::profile::dealings::Feeling { stamp, mood, said, channel, name }
    struct crate::domain::profile::experience::Experience { touches, marks, assigned, trials }
    struct crate::domain::profile::experience::TouchKey { day, name, channel }
    struct crate::domain::profile::experience::Touch { first, situation }
    struct crate::domain::profile::experience::Mark { stamp, channel, name, team, touchpoint, tells }
    enum crate::domain::profile::experience::Tells {
        0 => Score { style, score, comment }, 1 => Feeling { hundredths, word }, 2 => Friction(kind), 3 => Contact(service)
    }
    struct crate::domain::profile::experience::Service { queue_s, handling_s, abandoned, resolved, cause }
    enum crate::domain::profile::experience::Style { 0 => Nps, 1 => Csat, 2 => Ces }
    enum crate::domain::profile::experience::Friction {
        0 => Error, 1 => StockOut, 2 => LateDelivery, 3 => FailedDelivery, 4 => QueueTime, 5 => RepeatedContact,
        6 => Abandoned
    }
    struct crate::domain::profile::experience::Assigned { to, team, due }
    struct crate::domain::profile::experience::TrialArm { since, treated }
    struct crate::domain::profile::contacts::Contacts { by_purpose, failed_delivery, leaving; elsewhere answering }
    struct crate::domain::profile::contacts::answering::Answering { by_hour }
    struct crate::domain::profile::contacts::answering::Tally { answered, missed }
    struct crate::domain::profile::contacts::Contact { stamp, step, matter, way, team }
    struct crate::domain::profile::runs::Runs { by_flow }
    struct crate::domain::profile::pledges::Pledges { said }
    struct crate::domain::profile::pledges::About { thing, id, channel, matter }
    struct crate::domain::profile::pledges::Pledge { price, currency, until, words, team }
    enum crate::domain::profile::pledges::Thing { 0 => Product, 1 => Offer, 2 => Words }
    enum crate::domain::profile::contacts::Step { 0 => Allowed, 1 => Sent, 2 => Failed }
    enum crate::domain::profile::dealings::Mood { 0 => Positive, 1 => Neutral, 2 => Negative }
    struct crate::domain::profile::aggregate::FoldLimits {
        traits_max, trait_letters_max, names_max, lines_max, orders_max, matters_max, consents_max, recent_max
    }
    struct crate::domain::profile::bounded::Counts { by_name, others }
    struct crate::domain::profile::consent::Given { stamp, decision, verified }
    enum crate::domain::profile::consent::Decision { 0 => Granted, 1 => Denied }
    struct crate::domain::profile::matters::Line { listed, quantity, name, price, currency }
    struct crate::domain::profile::matters::Sale { amount, currency, channel }
    struct crate::domain::profile::matters::Ticket { open, subject }
    struct crate::domain::profile::matters::Offer { name, expires }
    struct crate::domain::profile::matters::Call { running }
    struct crate::domain::profile::matters::Moment { stamp, channel, name, about }
    enum crate::domain::profile::matters::OfferEnd { 0 => Used, 1 => Withdrawn, 2 => Declined }
    enum crate::domain::profile::matters::OrderState {
        0 => Placed, 1 => Updated, 2 => Ready, 3 => Shipped, 4 => Delivered, 5 => Cancelled, 6 => Refunded
    }
    enum crate::domain::identifier::Trust { 0 => Observed, 1 => Stated, 2 => Staff, 3 => Verified }
    enum crate::domain::value::Value {
        0 => Null, 1 => Bool(truth), 2 => Number(number), 3 => Text(text), 4 => List(values), 5 => Map(members)
    }
}

/// Lays out a type whose fields are its own, by what it is made of and made from.
macro_rules! laid_out_as {
    ($type:ty, $parts:ty, $to:expr, $from:expr) => {
        impl Encode for $type {
            fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
                let to: fn(&$type) -> $parts = $to;
                to(self).encode(encoder)
            }
        }

        impl<C> Decode<C> for $type {
            fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
                let from: fn($parts) -> Option<$type> = $from;
                from(Decode::decode(decoder)?).ok_or(DecodeError::Other(concat!("no ", stringify!($type))))
            }
        }

        bincode::impl_borrow_decode!($type);
    };
}

laid_out_as!(Timestamp, i64, |time| time.as_micros(), |micros| Some(
    Self::from_micros(micros)
));
laid_out_as!(Amount, i128, |amount| amount.as_units(), |units| Some(
    Self::from_units(units)
));
laid_out_as!(Kind, String, |kind| kind.as_str().to_owned(), |name| Self::new(
    &name
)
.ok());
laid_out_as!(Number, String, |number| number.as_str().to_owned(), |text| {
    Self::from_text(&text)
});
laid_out_as!(
    Identifier,
    (Kind, String, Trust),
    |one| (one.kind().clone(), one.value().to_owned(), one.trust()),
    |(kind, value, trust)| Some(Self::from_normalised(kind, value, trust))
);

/// The dealings came later, after them the contacts, then the runs, the pledges and when the customer answers, then how it
/// was: each stands at the end, so that an atom of a version before is read by adding what it lacks.
impl Encode for AtomRecord {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.claim.encode(encoder)?;
        self.links.encode(encoder)?;
        self.first.encode(encoder)?;
        self.profile.encode(encoder)?;
        self.aggregate.encode(encoder)?;
        self.named.encode(encoder)?;
        self.edition.encode(encoder)?;
        self.aggregate.dealings.encode(encoder)?;
        self.aggregate.contacts.encode(encoder)?;
        self.aggregate.runs.encode(encoder)?;
        self.aggregate.pledges.encode(encoder)?;
        self.aggregate.contacts.answering.encode(encoder)?;
        self.aggregate.experience.encode(encoder)
    }
}

impl<C> Decode<C> for AtomRecord {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        let mut atom = Self {
            claim: Decode::decode(decoder)?,
            links: Decode::decode(decoder)?,
            first: Decode::decode(decoder)?,
            profile: Decode::decode(decoder)?,
            aggregate: Decode::decode(decoder)?,
            named: Decode::decode(decoder)?,
            edition: Decode::decode(decoder)?,
        };
        atom.aggregate.dealings = Decode::decode(decoder)?;
        atom.aggregate.contacts = Decode::decode(decoder)?;
        atom.aggregate.runs = Decode::decode(decoder)?;
        atom.aggregate.pledges = Decode::decode(decoder)?;
        atom.aggregate.contacts.answering = Decode::decode(decoder)?;
        atom.aggregate.experience = Decode::decode(decoder)?;
        Ok(atom)
    }
}

bincode::impl_borrow_decode!(AtomRecord);

impl<T: Encode> Encode for crate::domain::profile::bounded::Latest<T> {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.stamp.encode(encoder)?;
        self.value.encode(encoder)
    }
}

impl<C, T: Decode<C>> Decode<C> for crate::domain::profile::bounded::Latest<T> {
    fn decode<D: Decoder<Context = C>>(decoder: &mut D) -> Result<Self, DecodeError> {
        Ok(Self {
            stamp: Decode::decode(decoder)?,
            value: Decode::decode(decoder)?,
        })
    }
}

mod catalogue;
#[cfg(test)]
mod tests;
mod value;
