//! The step of a resolver: from a batch of submissions and commands to one commit, without effects as `engine::step` is.

use std::{collections::BTreeSet, num::NonZeroU32};

use crate::{
    domain::{
        catalogue::Kind,
        event::{Event, StreamPlace},
        identity::Key,
        time::Timestamp,
    },
    engine::{
        api::{Answer, Command, CommandError, Outcome, Submission, Valuing},
        bounds::Bounds,
        commands::Ordered,
        deciding::{Figures, Leaves},
        erasing::erase::Erasing,
        error::Error,
        parting::{MoveId, Routed},
        publish::Publication,
        resolver::{
            components::{Leaving, United, partition_of, unite},
            links::links_of,
            moves::Moves,
        },
        state::batch::Batch,
        step::{Ground, Standing, Stepped},
        writer::input::Input,
    },
    journal::Message,
    store::{self, ArrivalRecord, ErasureRecord, KeyHash, SpreadRecord, keys},
    wire::out::update::Subjects,
};

/// Takes one batch of a tenant that has so many partitions. Commands come first, as they do everywhere; what is written for
/// partitions is known once all of it is taken.
pub(crate) fn step(
    ground: Ground<'_>,
    partitions: NonZeroU32,
    standing: &Standing,
    input: &Input,
    now: Timestamp,
) -> Result<Stepped, Error> {
    let mut run = Run {
        batch: Batch::new(ground, standing.batch.saturating_add(1), standing.repairs)?,
        standing: standing.clone(),
        partitions,
        spread: standing.spread_over(partitions),
        subjects: Subjects::of(&ground.rules.tenant),
        events: Vec::new(),
        moves: Moves::default(),
        messages: Vec::new(),
        moved: 0,
    };
    let mut publication = Publication::new(ground.rules, now);
    let mut replies = Vec::with_capacity(input.commands.len());
    for ordered in &input.commands {
        replies.push(run.command(ordered, &mut publication, now)?);
    }
    let mut outcomes = Vec::with_capacity(input.submissions.len());
    for submission in &input.submissions {
        outcomes.push(match submission.event() {
            Some(event) => run.take(event, submission.place())?,
            None => Outcome::Refused,
        });
        if let Submission::Refused(rejection) = submission
            && !run.batch.is_kept(&run.standing, rejection)?
        {
            run.batch.keep(&mut run.standing, rejection, now)?;
            publication.refused(rejection)?;
        }
    }
    publication.insights(&run.batch)?;
    run.spread(input.spread, input.passes_over)?;
    let answers = replies.into_iter().map(|reply| run.answer(reply));
    let answers = answers.collect::<Result<_, _>>()?;
    run.send_all()?;
    run.batch.consume(&mut run.standing, input.position.as_ref())?;
    run.messages.extend(publication.into_messages());
    run.note_spread(input.spread > 0)?;
    run.finish((outcomes, answers), now)
}

pub(super) struct Run<'a> {
    pub(super) batch: Batch<'a>,
    standing: Standing,
    pub(super) partitions: NonZeroU32,
    /// Over how many customers are spread.
    pub(super) spread: SpreadRecord,
    subjects: Subjects,
    /// What comes to whoever has a value, and what comes to all.
    events: Vec<(Option<KeyHash>, Routed)>,
    pub(super) moves: Moves,
    messages: Vec<Message>,
    /// How many moves the batch began.
    moved: u32,
}

/// What a command is answered with.
enum Reply {
    Told(Result<Answer, CommandError>),
    /// Where whoever has this value is in the end.
    Where(Option<KeyHash>),
}

impl Run<'_> {
    /// Has an event come to the partition that has all it is connected with; one about the tenant to all of them. One that may
    /// come again is sent again: the partition knows it.
    fn take(&mut self, event: &Event, place: Option<&StreamPlace>) -> Result<Outcome, Error> {
        let routed = Routed::event(event.clone(), place.cloned());
        if Kind::of(&event.name).is_some() {
            self.events.push((None, routed));
            // Kept here as well, for partitions that there are not yet.
            self.batch.note_tenant(event)?;
            return Ok(Outcome::Noted);
        }
        let mut links = links_of(event, &self.batch.rules.identity, self.batch.keyring);
        // What nothing connects is known by itself: where there are more partitions meanwhile, it goes where it was before.
        if links.is_empty() {
            links.insert(KeyHash(self.batch.keyring.event(&event.id).0));
        }
        let united = self.unite(&links, 1)?;
        united.into_iter().for_each(|united| self.moves.unite(united));
        let event = links.first().map(|link| (Some(*link), routed));
        self.events.extend(event);
        Ok(Outcome::Routed)
    }

    /// Unites who holds these values, of whom so many events more come; those who are elsewhere move to the partition that has all
    /// of them.
    fn unite(&mut self, values: &BTreeSet<KeyHash>, events: u64) -> Result<Option<United>, Error> {
        Ok(unite(&mut self.batch.overlay, values, events, self.partitions)?)
    }

    /// Writes who moves and what comes, and behind that whatever is written already.
    ///
    /// ORDER: whoever is to arrive somewhere is told to depart first, so that nobody waits for what nobody was told; and all of
    /// them depart before any arrives, so that nobody waits for who waits.
    fn send_all(&mut self) -> Result<(), Error> {
        let behind = std::mem::take(&mut self.messages);
        let moves = std::mem::take(&mut self.moves).settled(&self.batch.overlay)?;
        let mut arrivals = Vec::with_capacity(moves.len());
        for Leaving { from, to, keys } in moves {
            let id = self.next_move();
            for told in Routed::departure(id, to, &keys) {
                self.send(&told, from)?;
            }
            arrivals.push((to, Routed::Arrive(id, ArrivalRecord { from })));
        }
        for (to, arrival) in arrivals {
            self.send(&arrival, to)?;
        }
        for (whose, routed) in std::mem::take(&mut self.events) {
            let all = 0..self.partitions.get();
            match whose {
                None => all
                    .into_iter()
                    .try_for_each(|partition| self.send(&routed, partition))?,
                Some(link) => {
                    let partition = partition_of(&self.batch.overlay, link)?;
                    partition
                        .into_iter()
                        .try_for_each(|partition| self.send(&routed, partition))?;
                }
            }
        }
        self.messages.extend(behind);
        Ok(())
    }

    pub(super) fn next_move(&mut self) -> MoveId {
        let index = self.moved;
        self.moved = self.moved.saturating_add(1);
        MoveId {
            batch: self.batch.number,
            index,
        }
    }

    pub(super) fn send(&mut self, routed: &Routed, partition: u32) -> Result<(), Error> {
        let message = routed.message(self.subjects.prefix(), partition);
        self.messages.push(message.map_err(store::Error::from)?);
        Ok(())
    }

    /// Carries a command out. To connect is the same however often it is asked for, so no answer is kept for who repeats it.
    /// What keeps the files of any engine clear is carried out here, too, and so is what all customers come to.
    fn command(
        &mut self,
        ordered: &Ordered,
        publication: &mut Publication<'_>,
        now: Timestamp,
    ) -> Result<Reply, Error> {
        let keys = match &ordered.command {
            Command::Connect { keys } => keys,
            Command::EraseRefused {
                profile,
                keys,
                within_us,
            } => {
                let erasing = Erasing::within(ordered.erasure, now, *within_us);
                let erased = self.batch.erase_refused_of(erasing, *profile, keys)?;
                return Ok(Reply::Told(Ok(told(erased, publication)?)));
            }
            // Nobody is here who could be erased: it is one of its own.
            Command::EraseAgain(erasure) => {
                let erased = self.batch.erase_refused_again(erasure)?;
                return Ok(Reply::Told(Ok(told(Some(erased), publication)?)));
            }
            Command::Note { erasures, progress } => {
                return Ok(Reply::Told(Ok(self.batch.note(erasures, *progress, now)?)));
            }
            Command::Deleted { places } => return Ok(Reply::Told(Ok(self.batch.note_deleted(places)))),
            // What all customers come to, which none of the partitions knows.
            Command::Insights(_) | Command::Rank(_) => {
                let answer = self.batch.command(ordered, now)?;
                if matches!(ordered.command, Command::Rank(Valuing::Measure(_))) {
                    self.tell_of_scale()?;
                }
                return Ok(Reply::Told(answer));
            }
            _ => return Ok(Reply::Told(Err(CommandError::Resolver))),
        };
        let hash = |key: &Key| self.batch.keyring.key(key);
        let values: BTreeSet<KeyHash> = keys.iter().map(hash).collect();
        // Who names one value asks where whoever has it is, and nothing begins with that.
        if values.len() > 1 {
            let united = self.unite(&values, 0)?;
            united.into_iter().for_each(|united| self.moves.connect(united));
        }
        Ok(Reply::Where(values.first().copied()))
    }

    fn answer(&self, reply: Reply) -> Result<Result<Answer, CommandError>, Error> {
        let value = match reply {
            Reply::Told(answer) => return Ok(answer),
            Reply::Where(value) => value,
        };
        let partition = match value {
            Some(value) => partition_of(&self.batch.overlay, value)?,
            None => None,
        };
        Ok(partition
            .map(|partition| Answer::Connected { partition })
            .ok_or(CommandError::NobodyThere))
    }

    /// Notes over how many partitions customers are spread, with the first commit by which it is so.
    fn note_spread(&mut self, is_upkeep: bool) -> Result<(), Error> {
        let is_other = self.standing.spread.as_ref() != Some(&self.spread);
        let is_something = is_upkeep || !self.messages.is_empty() || self.batch.overlay.has_changes();
        if is_other && is_something {
            self.batch
                .overlay
                .put_record(keys::SPREAD.to_vec(), &self.spread)?;
            self.standing.spread = Some(self.spread.clone());
        }
        Ok(())
    }

    fn finish(
        mut self,
        (outcomes, answers): (Vec<Outcome>, Vec<Result<Answer, CommandError>>),
        now: Timestamp,
    ) -> Result<Stepped, Error> {
        if !self.messages.is_empty() || self.batch.overlay.has_changes() {
            self.batch.note_rules(&mut self.standing)?;
        }
        let (changes, lasting) = self.batch.overlay.into_changes()?;
        let fingerprint = self.standing.fingerprint;
        let (commit, standing) = self.standing.then((self.messages, changes), fingerprint, now);
        Ok(Stepped {
            commit,
            standing,
            outcomes,
            answers,
            expiring_after: None,
            leaves: Leaves::default(),
            profiles: Vec::new(),
            decided: Figures::default(),
            turns: Vec::new(),
            bounds: Bounds::default(),
            lasting,
        })
    }
}

/// Tells what was erased of refused items, where there was something: what was published of them lies before that.
fn told(erased: Option<ErasureRecord>, publication: &mut Publication<'_>) -> Result<Answer, Error> {
    let Some(erasure) = erased else {
        return Ok(Answer::Noted);
    };
    publication.erased(&erasure)?;
    let erasure = Box::new(erasure);
    Ok(Answer::Erased { erasure })
}
