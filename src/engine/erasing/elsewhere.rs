//! Elsewhere: those who have other customers of the same tenant. Whoever is erased here may have lived there before, so that
//! their journals and files hold something still; and what was theirs is to be refused there, too.
//!
//! Owns who is told and until when: whoever erases somebody tells all others before it notes that the broker tells nothing of them
//! any more, and each of the others carries the erasure out again ([`Command::EraseAgain`]) and clears its own files within the
//! same horizon. What is told is an [`ErasureRecord`], which holds keyed hashes alone: all have the same secrets. It stays told
//! until that one has noted the same, so that whoever was told passes nothing on.

use std::{
    fmt,
    time::{Duration, Instant},
};

use crate::{
    engine::{
        api::Command,
        erasing::{
            expunge::{BeyondError, ExpungeError},
            forgetting::Forgetting,
        },
        error::chain,
        folder::{snapshot::GoesOn, snapshots::Snapshots},
    },
    store::{
        ErasureId, ErasureRecord,
        codec::{self, CodecError},
    },
};

/// How long to wait at most after a look that failed.
const PAUSE_MAX: Duration = Duration::from_secs(60 * 60);
/// How often it is looked who was erased elsewhere, at most and at least.
const LOOK_MIN: Duration = Duration::from_secs(1);
const LOOK_MAX: Duration = Duration::from_secs(60);
/// Looks within the time in which files are to be cleared.
const LOOKS: u32 = 64;

/// Those who have other customers of the tenant. Their calls block; `goes_on` says now and then whether to.
pub trait Elsewhere: Send + Sync + fmt::Debug {
    /// How often it is looked who was erased there.
    fn look_every(&self) -> Duration;

    /// Has these told to all of them, but for those of whom this one was told itself.
    ///
    /// # Errors
    /// When one of them may not have been told.
    fn tell(&self, erased: &[&ErasureRecord], goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError>;

    /// Of whom this one was told.
    ///
    /// # Errors
    /// When that is not known.
    fn told(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<Vec<ErasureRecord>, BeyondError>;

    /// Is told of these no more.
    ///
    /// # Errors
    /// When it may be.
    fn heard(&self, erasures: &[ErasureId], goes_on: &mut dyn FnMut() -> bool) -> Result<(), BeyondError>;
}

/// How often it is looked who was erased elsewhere, where files may hold them for `horizon`.
pub fn look_every(horizon: Duration) -> Duration {
    (horizon / LOOKS).clamp(LOOK_MIN, LOOK_MAX)
}

/// An erasure as it is told.
///
/// # Errors
/// Where it is larger than a record may be.
pub fn encode(erasure: &ErasureRecord) -> Result<Vec<u8>, CodecError> {
    codec::encode(erasure)
}

/// An erasure that was told.
///
/// # Errors
/// Where it is damaged, or of another version of this program.
pub fn decode(bytes: &[u8]) -> Result<ErasureRecord, CodecError> {
    codec::decode(bytes)
}

/// What is looked at now and then of those who read the journal, and of those elsewhere.
#[derive(Debug)]
pub(crate) struct Rounds {
    every: Duration,
    pause: Duration,
    next: Instant,
    forgetting: Forgetting,
}

impl Rounds {
    /// Of whoever has somebody to look at.
    pub(crate) fn of(snapshots: &Snapshots) -> Option<Self> {
        let beyond = snapshots.beyond.as_deref()?;
        let readers = beyond.readers().map(|readers| readers.look_every());
        let elsewhere = beyond.elsewhere().map(|elsewhere| elsewhere.look_every());
        let every = readers.into_iter().chain(elsewhere).min()?;
        Some(Self {
            every,
            pause: every,
            next: Instant::now() + every,
            forgetting: Forgetting::default(),
        })
    }

    /// How long until the next look.
    pub(crate) fn wait(&self) -> Duration {
        self.next.saturating_duration_since(Instant::now())
    }
}

impl Snapshots {
    /// Looks once. What fails is told of and tried again, less and less often.
    pub(crate) fn look_around(&self, rounds: &mut Rounds) {
        let goes_on: GoesOn<'_> = &mut || self.goes_on();
        let hearing = self.hear(goes_on);
        let looked = hearing.and_then(|()| self.forget_consumed(&mut rounds.forgetting, goes_on));
        rounds.pause = match looked {
            Ok(()) => rounds.every,
            Err(error) if self.stops() => {
                tracing::debug!(error = %chain(&error), "stops while it looks at the others of the tenant");
                rounds.every
            }
            Err(error) => {
                self.failed(&error, "the others of the tenant are not looked at");
                rounds.pause.saturating_mul(2).min(PAUSE_MAX)
            }
        };
        rounds.next = Instant::now() + rounds.pause;
    }

    /// Erases here, too, who was erased elsewhere. Whose input others read has no customers: there those who were erased wait
    /// until the journal forgets.
    fn hear(&self, goes_on: GoesOn<'_>) -> Result<(), ExpungeError> {
        let Some(beyond) = self.beyond.as_deref().filter(|beyond| beyond.readers().is_none()) else {
            return Ok(());
        };
        let Some(elsewhere) = beyond.elsewhere() else {
            return Ok(());
        };
        let told = elsewhere.told(&mut || goes_on().is_ok());
        let mut heard = Vec::new();
        for erasure in told.map_err(ExpungeError::Beyond)? {
            match self.query.erasure(erasure.id)? {
                None => {
                    tracing::info!(erasure = %erasure.id, "erases here, too, who was erased elsewhere");
                    let again = Command::EraseAgain(Box::new(erasure));
                    let erased = self.writer.order(again).ok_or(ExpungeError::Stopped)?;
                    erased.map_err(ExpungeError::Again)?;
                }
                // Until then it would be told to the others as if it had begun here.
                Some(known) if known.withdrawn.is_some() => heard.push(erasure.id),
                Some(_) => {}
            }
        }
        self.heard(&heard, goes_on)
    }

    /// Is told of these no more.
    pub(crate) fn heard(&self, erasures: &[ErasureId], goes_on: GoesOn<'_>) -> Result<(), ExpungeError> {
        match self.beyond.as_deref().and_then(|beyond| beyond.elsewhere()) {
            Some(elsewhere) if !erasures.is_empty() => {
                let heard = elsewhere.heard(erasures, &mut || goes_on().is_ok());
                heard.map_err(ExpungeError::Beyond)
            }
            _ => Ok(()),
        }
    }
}
