//! The handle: how edges reach the writer. Its queue is bounded; when it is full, callers wait and then are refused.

mod scope;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    cipher::MasterKeys,
    engine::{
        api::{Answer, Answered, Command, CommandError, Receipt, Submission, SubmitError},
        commands::Ordered,
        folder::secrets::{Secrets, SecretsError},
        parting::Moved,
        queries::answer::Query,
        writer::chores::Chore,
    },
    journal::{InputPosition, Position},
    store::ErasureId,
    telemetry::EngineMetrics,
    wire::offline::{PublicKey, Signatory},
};

/// Bytes of a QR token: 160 random bits.
const TOKEN_BYTES: usize = 20;

/// How the writer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It takes and answers.
    Ready,
    /// Another process writes: questions are answered, and everything else is refused.
    Standby,
    /// It finishes what it has and takes no more.
    Draining,
    /// A write failed: what is on disk is right, and a restart goes on from there.
    Failed,
}

/// The writer's state as others see it.
#[derive(Debug, Default)]
pub(crate) struct HealthCell(AtomicU8);

impl HealthCell {
    pub(crate) fn of(health: Health) -> Self {
        let cell = Self::default();
        cell.set(health);
        cell
    }

    pub(crate) fn set(&self, health: Health) {
        let state = match health {
            Health::Ready => 0,
            Health::Standby => 1,
            Health::Draining => 2,
            Health::Failed => 3,
        };
        self.0.fetch_max(state, Ordering::SeqCst);
    }

    fn get(&self) -> Health {
        match self.0.load(Ordering::SeqCst) {
            0 => Health::Ready,
            1 => Health::Standby,
            2 => Health::Draining,
            _ => Health::Failed,
        }
    }
}

/// What waits for the writer.
#[derive(Debug)]
pub(crate) enum Job {
    Submit {
        items: Vec<Submission>,
        /// Where the last of them stands in the input stream, if they come from one.
        position: Option<InputPosition>,
        reply: oneshot::Sender<Receipt>,
    },
    Command {
        ordered: Box<Ordered>,
        reply: oneshot::Sender<(Result<Answer, CommandError>, Position)>,
    },
    /// Have customers leave or come, with nothing else in the same commit.
    Carry {
        moved: Box<Moved>,
        /// Where that stands in the input stream.
        position: InputPosition,
        reply: oneshot::Sender<Receipt>,
    },
    /// Nothing but a reason to look whether the store is sound.
    Wake,
    /// Do something with the journal's files.
    Chore(Chore),
    /// Commit what came before, flush and stop.
    Stop,
}

impl Job {
    /// How many items it adds to a batch.
    pub(crate) fn items(&self) -> usize {
        match self {
            Self::Submit { items, .. } => items.len(),
            Self::Command { .. } | Self::Carry { .. } | Self::Chore(_) | Self::Wake | Self::Stop => 0,
        }
    }

    /// Whether nothing goes into a batch with it.
    pub(crate) const fn is_alone(&self) -> bool {
        matches!(self, Self::Carry { .. })
    }
}

/// Reaches the writer from a thread beside it, without keeping it going.
#[derive(Clone, Debug)]
pub(crate) struct Nudge {
    jobs: mpsc::WeakSender<Job>,
    metrics: EngineMetrics,
}

impl Nudge {
    pub(crate) fn to(jobs: &mpsc::Sender<Job>, metrics: &EngineMetrics) -> Self {
        Self {
            jobs: jobs.downgrade(),
            metrics: metrics.clone(),
        }
    }

    /// Hands a job over once there is room in the queue; where the writer has stopped there is nobody to tell. Blocks.
    pub(crate) fn tell(&self, job: Job) {
        if let Some(jobs) = self.jobs.upgrade()
            && jobs.blocking_send(job).is_ok()
        {
            self.metrics.queue_pushed();
        }
    }

    /// Has the writer carry out a command of our own, and waits until that can be seen; `None` where it has stopped. Blocks.
    pub(crate) fn order(&self, command: Command) -> Option<Result<Answer, CommandError>> {
        let (reply, answer) = oneshot::channel();
        self.tell(Job::Command {
            ordered: Box::new(Ordered::of_our_own(command)),
            reply,
        });
        answer.blocking_recv().ok().map(|(answer, _)| answer)
    }
}

/// Reaches the writer and the queries. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) jobs: mpsc::Sender<Job>,
    pub(crate) applied: watch::Receiver<Position>,
    pub(crate) consumed: watch::Receiver<Option<InputPosition>>,
    pub(crate) working: watch::Receiver<bool>,
    pub(crate) health: Arc<HealthCell>,
    pub(crate) is_full: watch::Receiver<bool>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) query: Query,
    pub(crate) limits: HandleLimits,
    pub(crate) metrics: EngineMetrics,
}

/// What callers may ask of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandleLimits {
    /// Items of one submission that go into one batch; a larger one is several.
    pub batch_events_max: usize,
    /// How long a caller waits for room in the queue.
    pub submit_wait: Duration,
}

impl Handle {
    /// Wraps the folder's secrets by another master key, and has all that lies there encrypted anew; whether it is another
    /// than before.
    ///
    /// # Errors
    /// [`SecretsError`]: what was before stays.
    pub fn turn_to(&self, master: MasterKeys) -> Result<bool, SecretsError> {
        self.secrets.turn_to(master)
    }

    /// Hands items over and waits until they are durable and visible.
    ///
    /// Submitting is all or nothing only within a batch: if the service stops in between, a part may be committed. Every
    /// item can be sent again; what counted counts once.
    ///
    /// # Errors
    /// [`SubmitError`] when the queue stays full, the writer has stopped, or the disk is nearly full.
    pub async fn submit(&self, items: Vec<Submission>) -> Result<Receipt, SubmitError> {
        let mut receipt = Receipt {
            position: self.applied(),
            outcomes: Vec::with_capacity(items.len()),
        };
        let mut waiting = Vec::new();
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let chunk = items.by_ref().take(self.limits.batch_events_max.max(1)).collect();
            let (reply, answer) = oneshot::channel();
            let job = Job::Submit {
                items: chunk,
                position: None,
                reply,
            };
            self.send(job).await?;
            waiting.push(answer);
        }
        for answer in waiting {
            let part = answer.await.map_err(|_| SubmitError::Stopped)?;
            receipt.position = receipt.position.max(part.position);
            receipt.outcomes.extend(part.outcomes);
        }
        Ok(receipt)
    }

    /// Hands over items of the input stream, the last of which stands at `position`, and waits only for room: the stream
    /// keeps what is not taken yet. Whoever feeds waits for [`Handle::room`] first, and does so in the order of the stream
    /// and from where [`Handle::consumed`] was at the start.
    ///
    /// # Errors
    /// [`SubmitError::Stopped`] when the writer has stopped.
    pub async fn feed(
        &self,
        items: Vec<Submission>,
        position: InputPosition,
    ) -> Result<oneshot::Receiver<Receipt>, SubmitError> {
        if self.health() != Health::Ready {
            return Err(SubmitError::Stopped);
        }
        let (reply, receipt) = oneshot::channel();
        let job = Job::Submit {
            items,
            position: Some(position),
            reply,
        };
        self.jobs.send(job).await.map_err(|_| SubmitError::Stopped)?;
        self.metrics.queue_pushed();
        Ok(receipt)
    }

    /// Has a command carried out. A repeat under the same request id gets the first answer.
    ///
    /// # Errors
    /// [`CommandError`]: nobody or several are there, or the writer takes nothing.
    pub async fn command(
        &self,
        request_id: Option<String>,
        command: Command,
    ) -> Result<Answered, CommandError> {
        let mut random = [0; TOKEN_BYTES];
        getrandom::fill(&mut random).map_err(|_| SubmitError::Stopped)?;
        let scope = scope::of(&command, self.secrets.keyring());
        let request = request_id.map(|id| self.secrets.keyring().request(&scope, &id));
        let token = request.map_or(random, |request| self.secrets.keyring().token(&request.0));
        let ordered = Ordered {
            command,
            request,
            token: data_encoding::BASE32_NOPAD.encode(&token),
            id: data_encoding::HEXLOWER.encode(&random),
            erasure: ErasureId(*random.first_chunk().unwrap_or(&[0; 16])),
        };
        let (reply, answer) = oneshot::channel();
        self.send(Job::Command {
            ordered: Box::new(ordered),
            reply,
        })
        .await?;
        let (answer, position) = answer.await.map_err(|_| SubmitError::Stopped)?;
        Ok(Answered {
            answer: answer?,
            position,
        })
    }

    /// Has the writer look at once whether the rules are others than they were; where its queue is full it does so anyway.
    pub fn wake(&self) {
        if self.jobs.try_send(Job::Wake).is_ok() {
            self.metrics.queue_pushed();
        }
    }

    /// What tells the folder's secrets from others, and says nothing of them.
    pub fn secrets_check(&self) -> [u8; 16] {
        self.secrets.keyring().check()
    }

    /// What tills check codes with that they redeem by themselves.
    pub fn public_key(&self) -> PublicKey {
        Signatory::new(&self.secrets.keyring().signing()).public_key()
    }

    /// What only this service can say of `text`: whoever shows it again was given it.
    pub fn seal(&self, text: &str) -> [u8; 32] {
        self.secrets.keyring().seal(text)
    }

    async fn send(&self, job: Job) -> Result<(), SubmitError> {
        match self.health() {
            Health::Ready => {}
            Health::Standby => return Err(SubmitError::NotOwner),
            Health::Draining | Health::Failed => return Err(SubmitError::Stopped),
        }
        if !self.has_room() {
            return Err(SubmitError::DiskFull);
        }
        match self.jobs.send_timeout(job, self.limits.submit_wait).await {
            Ok(()) => {
                self.metrics.queue_pushed();
                Ok(())
            }
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(SubmitError::Busy),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(SubmitError::Stopped),
        }
    }

    /// The position of the last commit that is visible.
    pub fn applied(&self) -> Position {
        *self.applied.borrow()
    }

    /// Waits until a position is visible.
    pub async fn reached(&self, position: Position) {
        let mut applied = self.applied.clone();
        if applied.wait_for(|applied| *applied >= position).await.is_err() {
            // The writer has stopped: the position will not come in this process.
            std::future::pending::<()>().await;
        }
    }

    /// Fires with every commit that becomes visible.
    pub fn changes(&self) -> watch::Receiver<Position> {
        self.applied.clone()
    }

    /// Up to where the input stream is consumed by commits that are visible; `None` before the first.
    pub fn consumed(&self) -> watch::Receiver<Option<InputPosition>> {
        self.consumed.clone()
    }

    /// Whether the writer has something to do: a batch it works on, or a commit that is not visible yet.
    pub fn working(&self) -> watch::Receiver<bool> {
        self.working.clone()
    }

    /// Whether enough of the disk is free for anything to be taken.
    pub fn has_room(&self) -> bool {
        !*self.is_full.borrow()
    }

    /// Waits until enough of the disk is free, or the writer has stopped.
    pub async fn room(&self) {
        let mut is_full = self.is_full.clone();
        // Where the writer has stopped, whoever hands something over is told so.
        is_full.wait_for(|is_full| !is_full).await.ok();
    }

    /// What answers questions.
    pub fn query(&self) -> Query {
        self.query.clone()
    }

    /// Takes no more; what waits is still committed.
    pub fn drain(&self) {
        self.health.set(Health::Draining);
    }

    /// How the writer is.
    pub fn health(&self) -> Health {
        self.health.get()
    }
}
