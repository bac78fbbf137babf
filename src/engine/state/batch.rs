//! One micro-batch on its way to a commit: the overlay and what the batch has touched so far.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    decide::{
        contact::Policy,
        routing,
        rule::{Book, Rulebook, flow},
        value,
    },
    domain::{
        catalogue,
        context::View,
        event::{Event, EventId},
        identity::{IdentityRules, Key, Reference},
        profile::FoldLimits,
        retention::Retention,
    },
    engine::{
        bounds::Bounds,
        deciding::{Acted, RuleHealth, Tally, Turn},
        experience::InsightTold,
        identity::{graph::Graph, memory::Memory, repair::Repairs},
        parting::{Carried, Part},
        state::overlay::Overlay,
        step::Ground,
        tenant::News,
    },
    store::{AtomId, ErasureId, Error, KeyHash, Keyring, ProfileId, StagedRecord, View as _, keys},
};

/// What the writer and the queries go by. Fixed while the process runs.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The tenant's name, for subjects.
    pub tenant: String,
    /// Which part of the tenant's customers it has.
    pub part: Part,
    /// What joins whom.
    pub identity: IdentityRules,
    /// What a profile keeps.
    pub fold: FoldLimits,
    /// How long events are kept.
    pub retention: Retention,
    /// The context views by name.
    pub views: BTreeMap<String, View>,
    /// The view that enriches the events of a channel, by channel.
    pub channel_views: BTreeMap<String, String>,
    /// Atoms that one commit looks at again for what others did, about; the rest follows.
    pub repairs_max: usize,
    /// Refused items that are kept.
    pub rejections_max: u64,
    /// What is decided by.
    pub decide: Deciding,
}

/// What is decided by.
#[derive(Clone, Debug, Default)]
pub struct Deciding {
    /// Who is contacted when.
    pub contact: Policy,
    /// Who serves a customer who calls.
    pub routing: routing::Policy,
    /// The segments and flows of the tenant, as they hold now.
    pub book: Book,
    /// How much is remembered of what the tenant publishes.
    pub catalogue: catalogue::Limits,
    /// Ways of contact that contexts show, in their order.
    pub contact_channels: Vec<String>,
    /// How the rules of the book are carried out.
    pub flow: flow::Policy,
    /// How customers are ranked by what they are worth.
    pub value: value::Policy,
    /// Cells in which the experience of one day is counted, at most; what finds no room is counted without the names that
    /// senders choose.
    pub cells_max: u32,
    /// Microseconds from one look at what many customers show to the next; 0: nobody looks.
    pub insight_every_us: u64,
}

/// A batch in progress.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) overlay: Overlay<'a>,
    pub(crate) keyring: &'a Keyring,
    pub(crate) rules: &'a Rules,
    pub(crate) memory: &'a Memory,
    pub(crate) touched: Touched,
    /// Whether a steward ever said anything.
    pub(crate) has_words: bool,
    /// Whether anybody was ever erased.
    pub(crate) has_erased: bool,
    /// Whether customers were ever ranked.
    pub(crate) has_standings: bool,
    /// The number of the commit that it makes.
    pub(crate) number: u64,
    /// Who is still to be looked at again.
    pub(crate) repairs: Repairs,
    /// Whether all others are looked at again later.
    pub(crate) postpones: bool,
    /// Whether an erasure is only begun.
    pub(crate) in_parts: bool,
    /// Which bounds it met.
    pub(crate) bounds: Bounds,
    /// The rules of the tenant.
    pub(crate) book: Arc<Rulebook>,
    /// Which of them fail.
    pub(crate) health: &'a RuleHealth,
    /// Whether anybody may be in a segment.
    pub(crate) has_segments: bool,
    /// Actions that are to be published.
    pub(crate) acts: Vec<Acted>,
    /// What became of runs of flows.
    pub(crate) turns: Vec<Turn>,
    /// Events of our own by which these flows are started.
    pub(crate) started: Vec<(String, Event)>,
    /// The atoms that hold what was decided about messages to these, and about calls of theirs.
    pub(crate) contacted: BTreeMap<ProfileId, BTreeSet<AtomId>>,
    /// What it adds to the counts.
    pub(crate) tally: Tally,
    /// What the tenant said that changes what is published.
    pub(crate) news: Vec<News>,
    /// Whether it changes what is counted of the experience.
    pub(crate) counts_cells: bool,
    /// What many customers show, where it begins or is over.
    pub(crate) insights: Vec<InsightTold>,
    /// Who leaves this partition, or comes into it.
    pub(crate) carried: Carried,
    /// Whether that is still to be told of somebody.
    pub(crate) has_untold: bool,
    /// How far the move is that is under way, of those that take several commits.
    pub(crate) staged: Option<StagedRecord>,
}

/// What has to be looked at again before the batch can be committed.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Atoms that are new, or whose keys or canonical place changed: who is one person with them may change.
    pub(crate) linked: BTreeSet<AtomId>,
    /// Atoms whose earliest event, or whose part in a code, is another.
    pub(crate) reordered: BTreeSet<AtomId>,
    /// Keys that lost a holder.
    pub(crate) lost: BTreeSet<Key>,
    /// Blocks that may have lost a face.
    pub(crate) lost_blocks: BTreeSet<KeyHash>,
    /// Atoms that were made anew of the events they have, and those that took some of theirs.
    pub(crate) remade: BTreeSet<AtomId>,
    /// Profiles whose segments are looked at again although nothing happened to them.
    pub(crate) reviewed: BTreeSet<ProfileId>,
    /// Profiles of whose segments the time is over.
    pub(crate) aged: BTreeSet<ProfileId>,
    /// Atoms whose fold changed.
    pub(crate) folded: BTreeSet<AtomId>,
    /// Atoms that lost events to others.
    pub(crate) departed: BTreeMap<AtomId, Departure>,
    /// What words refer to that were said or taken back.
    pub(crate) said: BTreeSet<Reference>,
    /// Those words, as events of our own, and the events that were taken back.
    pub(crate) causes: BTreeSet<EventId>,
    /// Whether atoms were made anew by other rules.
    pub(crate) renewed: bool,
    /// Who was erased, and by which erasure.
    pub(crate) erased: BTreeMap<ProfileId, ErasureId>,
    /// Whether somebody who is erased is taken out, also where that is not the last of them.
    pub(crate) erases: bool,
    /// Whether events were taken out that are kept no longer.
    pub(crate) expired: bool,
    /// Whether atoms are looked at again for what earlier batches did.
    pub(crate) repaired: bool,
    /// Whether those events of our own say what was decided.
    pub(crate) decides: bool,
    /// Whether profiles are looked at again by segments alone.
    pub(crate) reviews: bool,
    /// Who stands elsewhere among all customers than before: what is decided by that is to be looked at again.
    pub(crate) revalued: BTreeSet<ProfileId>,
}

/// Events left an atom.
#[derive(Debug)]
pub(crate) struct Departure {
    /// The profile it was shown in.
    pub(crate) profile: ProfileId,
    /// The atoms that took the events.
    pub(crate) takers: BTreeSet<AtomId>,
    /// Whether it has none left.
    pub(crate) dissolved: bool,
}

impl<'a> Batch<'a> {
    /// Nothing done yet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn new(ground: Ground<'a>, number: u64, repairs: Repairs) -> Result<Self, Error> {
        let mut batch = Self {
            overlay: Overlay::new(ground.before.clone()),
            keyring: ground.keyring,
            rules: ground.rules,
            memory: ground.memory,
            touched: Touched::default(),
            has_words: false,
            has_erased: false,
            has_standings: false,
            number,
            repairs,
            postpones: false,
            in_parts: false,
            bounds: Bounds::default(),
            book: Arc::clone(ground.book),
            health: ground.health,
            has_segments: false,
            acts: Vec::new(),
            turns: Vec::new(),
            started: Vec::new(),
            contacted: BTreeMap::new(),
            tally: Tally::default(),
            news: Vec::new(),
            counts_cells: false,
            insights: Vec::new(),
            carried: Carried::default(),
            has_untold: false,
            staged: None,
        };
        batch.has_words = batch.graph().has_words()?;
        batch.has_erased = batch.graph().has_erased()?;
        batch.has_segments =
            batch.book.segments().next().is_some() || batch.overlay.get(keys::SWEEP)?.is_some();
        batch.has_standings = batch.was_ranked()?;
        Ok(batch)
    }

    pub(crate) fn graph(&self) -> Graph<'_, Overlay<'a>> {
        Graph {
            view: &self.overlay,
            keyring: self.keyring,
            rules: &self.rules.identity,
            memory: Some(self.memory),
        }
    }
}
