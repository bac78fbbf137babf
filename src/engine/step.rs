//! The step: from a batch of submissions and commands to one commit. Synchronous and without effects: the same store
//! and the same input give the same commit.

mod keep;
mod verdicts;

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use crate::{
    decide::rule::Rulebook,
    domain::{event::Event, identity::Edition, time::Timestamp},
    engine::{
        api::{Answer, CommandError, Outcome, Resolution, Submission},
        bounds::Bounds,
        deciding::{Figures, Leaves, RuleHealth, Turn},
        erasing::erased::refusal,
        error::Error,
        identity::{memory::Memory, place::Placed, renew::Renewed, repair::Repairs},
        publish::Publication,
        state::{
            ahead::Ahead,
            batch::{Batch, Rules},
            known::Lasting,
        },
        step::verdicts::Verdicts,
        writer::input::{Input, Renewal},
    },
    journal::{Commit, InputPosition},
    store::{
        AtomId, Keyring, ProfileId, RenewalRecord, SpreadRecord, StagedRecord, fingerprint::Multiset, keys,
    },
};

/// Where the writer stands: what the next commit goes on from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The number of the last commit.
    pub(crate) batch: u64,
    /// The fingerprint of the store.
    pub(crate) fingerprint: Multiset,
    /// The sequence of the last kept rejection.
    pub(crate) rejections: u64,
    /// Up to where the input stream is consumed, if there is one.
    pub(crate) input: Option<InputPosition>,
    /// The writer's term of ownership.
    pub(crate) epoch: u64,
    /// How far the store is kept by the rules that hold.
    pub(crate) renewing: Renewing,
    /// Who is still to be looked at again.
    pub(crate) repairs: Repairs,
    /// Over how many partitions a resolver's store says that customers are spread; `None` where it says nothing.
    pub(crate) spread: Option<SpreadRecord>,
    /// Whether it is still to be told of somebody that they left this partition, or came into it.
    pub(crate) has_untold: bool,
    /// The move that is under way, of those that take several commits: nothing else is done before it is through.
    pub(crate) staged: Option<StagedRecord>,
}

/// How far the store is kept by the rules that hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Renewing {
    /// The edition that the store has noted.
    pub(crate) written: Option<Edition>,
    /// Behind which atom some may be of a former edition; `None` where none is.
    pub(crate) after: Option<AtomId>,
}

/// What a batch comes to.
#[derive(Debug)]
pub(crate) struct Stepped {
    /// The commit; `None` where nothing changes.
    pub(crate) commit: Option<Commit>,
    /// Where the writer stands after it.
    pub(crate) standing: Standing,
    /// One per submission.
    pub(crate) outcomes: Vec<Outcome>,
    /// One per command.
    pub(crate) answers: Vec<Result<Answer, CommandError>>,
    /// Where the next step goes on to take out what is kept no longer; `None` at the end.
    pub(crate) expiring_after: Option<AtomId>,
    /// What it leaves to be decided.
    pub(crate) leaves: Leaves,
    /// The profiles that appear (true), or go.
    pub(crate) profiles: Vec<(ProfileId, bool)>,
    /// What was decided.
    pub(crate) decided: Figures,
    /// What became of runs of flows.
    pub(crate) turns: Vec<Turn>,
    /// How often a bound was met.
    pub(crate) bounds: Bounds,
    /// The records that the commit changes, as it leaves them.
    pub(crate) lasting: Lasting,
}

/// What a step goes by: the state before it, the rules, and what is known of faces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground<'a> {
    pub(crate) before: &'a Ahead<'a>,
    pub(crate) keyring: &'a Keyring,
    pub(crate) rules: &'a Rules,
    pub(crate) memory: &'a Memory,
    /// The rules of the tenant that hold now, and which of them fail.
    pub(crate) book: &'a Arc<Rulebook>,
    pub(crate) health: &'a RuleHealth,
}

/// Takes one batch. Commands come first: what a caller knew when it asked was committed before.
pub(crate) fn step(
    ground: Ground<'_>,
    standing: &Standing,
    input: &Input,
    now: Timestamp,
) -> Result<Stepped, Error> {
    let mut run = Run {
        batch: Batch::new(ground, standing.batch.saturating_add(1), standing.repairs)?,
        placed: Vec::new(),
        due: BTreeSet::new(),
        standing: standing.clone(),
    };
    run.batch.in_parts = input.in_parts;
    run.batch.has_untold = standing.has_untold;
    run.batch.staged = standing.staged;
    let mut answers = Vec::with_capacity(input.commands.len());
    for ordered in &input.commands {
        answers.push(run.batch.command(ordered, now)?);
    }
    if let Some(stage) = &input.stage {
        run.batch.stage(stage)?;
    }
    run.renew_what_came()?;
    let mut publication = Publication::new(ground.rules, now);
    let mut outcomes = Vec::with_capacity(input.submissions.len());
    for (index, submission) in input.submissions.iter().enumerate() {
        let outcome = match submission.event() {
            Some(event) => run.take(index, event)?,
            None => Outcome::Refused,
        };
        let refused = match (submission, submission.event()) {
            (Submission::Refused(rejection), _) => Some(Cow::Borrowed(&**rejection)),
            (_, Some(event)) if outcome == Outcome::Erased => {
                Some(Cow::Owned(refusal(event, submission.place())))
            }
            _ => None,
        };
        if let Some(rejection) = refused
            && !run.batch.is_kept(&run.standing, &rejection)?
        {
            run.batch.keep(&mut run.standing, &rejection, now)?;
            publication.refused(&rejection)?;
        }
        outcomes.push(outcome);
    }
    run.due = run.batch.due(input.repairs)?;
    run.batch.postpones = input.postpones;
    run.renew(input.renewal)?;
    run.batch.decide_due(input, now)?;
    run.batch.tell_of_moves(input.tell, input.passes_over)?;
    let expiring_after = match input.expiring {
        Some(expiring) => run.batch.expire(expiring, now)?,
        None => None,
    };
    run.batch.consume(&mut run.standing, input.position.as_ref())?;
    let stepped = run.finish(publication, input, (outcomes, answers), now)?;
    Ok(Stepped {
        expiring_after,
        ..stepped
    })
}

struct Run<'a> {
    batch: Batch<'a>,
    /// The events that count, each with its place in the input and the atom it went to.
    placed: Vec<(usize, &'a Event, AtomId)>,
    /// Who is looked at again for what earlier batches did.
    due: BTreeSet<AtomId>,
    standing: Standing,
}

impl<'a> Run<'a> {
    fn take(&mut self, index: usize, event: &'a Event) -> Result<Outcome, Error> {
        let placed = match self.batch.note_tenant(event)? {
            Some(noted) => noted,
            None => self.batch.place(event)?,
        };
        Ok(match placed {
            Placed::In(atom) => {
                self.placed.push((index, event, atom));
                Outcome::Accepted(Resolution::Matched)
            }
            Placed::Noted => Outcome::Noted,
            Placed::Known => Outcome::Duplicate,
            Placed::Conflicting => Outcome::Conflicting,
            Placed::Erased => Outcome::Erased,
        })
    }

    /// Makes some of the atoms of former editions anew, and notes how far that is.
    fn renew(&mut self, most: Renewal) -> Result<(), Error> {
        let Some(after) = self.standing.renewing.after.filter(|_| most.atoms > 0) else {
            return Ok(());
        };
        let renewed = self.batch.renew(after, most)?;
        let overlay = &mut self.batch.overlay;
        match renewed {
            Renewed::UpTo(after) => {
                overlay.put_record(keys::RENEWAL.to_vec(), &RenewalRecord { after })?;
                self.standing.renewing.after = Some(after);
            }
            Renewed::All => {
                overlay.delete(keys::RENEWAL.to_vec());
                self.standing.renewing = Renewing::default();
            }
        }
        Ok(())
    }

    /// Begins again to make atoms anew, where some came that other rules made; with the same commit, so that whoever starts
    /// next goes on.
    fn renew_what_came(&mut self) -> Result<(), Error> {
        if self.batch.carried.is_of_other_rules() {
            let after = AtomId::FIRST;
            self.standing.renewing.after = Some(after);
            let renewal = RenewalRecord { after };
            self.batch.overlay.put_record(keys::RENEWAL.to_vec(), &renewal)?;
        }
        Ok(())
    }
}

impl Run<'_> {
    /// Resolves, combines and publishes what was placed.
    fn finish(
        mut self,
        mut publication: Publication<'_>,
        input: &Input,
        (mut outcomes, answers): (Vec<Outcome>, Vec<Result<Answer, CommandError>>),
        now: Timestamp,
    ) -> Result<Stepped, Error> {
        let linked = self.batch.touched.linked.clone();
        let mut resolved = self.batch.resolve(&self.due)?;
        let before = self.standing.fingerprint;
        let combined = self.batch.combine(&mut resolved, before, &self.placed, now)?;
        let verdicts = Verdicts {
            batch: &self.batch,
            combined: &combined,
            linked: &linked,
            refused: &resolved.refused,
        };
        let told = verdicts.told(&self.placed, &mut outcomes)?;
        self.batch.arm(&told, &combined, now)?;
        let acts = self.batch.actions()?;
        let profiles = self.batch.came_and_went();
        let decided = self.batch.figures(&combined, &acts)?;
        self.batch.count_sales(&told, &combined)?;
        self.batch.forget_cells(now)?;
        publication.commit(&combined, &told, &self.batch, &acts)?;
        let messages = publication.into_messages();
        if !messages.is_empty() || self.batch.overlay.has_changes() {
            self.batch.note_rules(&mut self.standing)?;
        }
        self.standing.repairs = self.batch.repairs;
        self.standing.has_untold = self.batch.has_untold;
        self.standing.staged = self.batch.staged;
        let leaves = self.batch.leaves(input)?;
        let (bounds, turns) = (self.batch.bounds, std::mem::take(&mut self.batch.turns));
        let (changes, lasting) = self.batch.overlay.into_changes()?;
        let (commit, standing) = self.standing.then((messages, changes), combined.fingerprint, now);
        Ok(Stepped {
            commit,
            standing,
            outcomes,
            answers,
            expiring_after: None,
            leaves,
            profiles,
            decided,
            turns,
            bounds,
            lasting,
        })
    }
}
