//! Verifying a folder: everything in it is read and every checksum looked at. Repairs nothing, but that opening a journal
//! cuts off an append that did not finish; a store that is damaged is marked, so that the next start builds it again.

use std::ops::ControlFlow;

use crate::{
    cipher::AtRest,
    engine::{
        EngineConfig,
        error::chain,
        experience::unsound,
        folder::{
            build::Places,
            open::{Folder, StartError},
            recover::sum,
        },
    },
    journal::{self, Journal, Position},
    store::{self, Applied, OpenError, Order, Store, View, codec, fingerprint::Multiset, snapshot},
};

/// Bytes of commits that are read at a time, about.
const READ_BYTES: usize = 8 << 20;

/// What is in a folder.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// The commits that the journal keeps, if it lies in the folder.
    pub commits: u64,
    /// Where the journal ends.
    pub position: Position,
    /// The keys of the store.
    pub keys: u64,
    /// The snapshots that can be read to their end.
    pub snapshots: u64,
    /// What is wrong; nothing where all is well.
    pub damage: Vec<String>,
}

impl Verified {
    /// Reads all that is in a tenant's folder, on which no process runs.
    ///
    /// # Errors
    /// [`StartError`] where the disk fails or another process has the folder; damage is no error but what is told.
    pub fn of(config: &EngineConfig) -> Result<Self, StartError> {
        let folder = Folder::of(config)?;
        let mut verified = Self::default();
        if folder.has_journal() {
            match folder.journal(config.journal.clone()) {
                Ok(journal) => verified.journal(&journal)?,
                Err(StartError::Journal(error)) if error.is_damage() => verified.tell(&error),
                Err(error) => return Err(error),
            }
        }
        let places = Places::in_folder(folder.dir());
        verified.snapshots(&places, folder.secrets().cipher())?;
        if places.store.exists() {
            match Store::open_by(&places.store, config.store, folder.secrets().cipher().clone()) {
                Ok(store) => verified.store(&store, folder.has_journal())?,
                Err(error @ OpenError::Corrupt { .. }) => verified.tell(&error),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(verified)
    }

    fn tell(&mut self, error: &dyn std::error::Error) {
        self.damage.push(chain(error));
    }

    fn journal(&mut self, journal: &dyn Journal) -> Result<(), StartError> {
        let reader = journal.reader();
        self.position = journal.last();
        let mut at = Position(reader.first().0.saturating_sub(1));
        while at < self.position {
            let commits = match reader.read_after(at, READ_BYTES) {
                Err(error @ journal::Error::Corrupt { .. }) => {
                    self.tell(&error);
                    return Ok(());
                }
                commits => commits?,
            };
            for (position, _) in commits {
                self.commits = self.commits.saturating_add(1);
                at = position;
            }
        }
        Ok(())
    }

    fn snapshots(&mut self, places: &Places, cipher: &AtRest) -> Result<(), StartError> {
        for (_, path) in snapshot::list(&places.snapshots)? {
            match snapshot::read(&path, cipher, &mut |_, _| Ok(())) {
                Ok(_) => self.snapshots = self.snapshots.saturating_add(1),
                Err(error) if error.is_damage() => self.tell(&error),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn store(&mut self, store: &Store, has_journal: bool) -> Result<(), StartError> {
        let mut unsound = 0_u64;
        let scanned = store.scan(&[], &[], Order::Ascending, &mut |_, value| {
            self.keys = self.keys.saturating_add(1);
            if let Err(error) = codec::check(value) {
                store.refused(&error.into());
                unsound = unsound.saturating_add(1);
            }
            Ok(ControlFlow::Continue(()))
        });
        if unsound > 0 {
            self.damage
                .push(format!("{unsound} values of the store have a wrong checksum"));
        }
        let compared = scanned.and_then(|()| Ok((sum(store)?, store.applied()?)));
        // One that lacks commits which the journal has may be in the middle of them: the next start applies them once more.
        let is_behind = |applied: Applied| has_journal && applied.position < self.position.0;
        match compared {
            Ok((_, applied)) if is_behind(applied) => {}
            Ok((sum, applied)) if sum != Multiset::from_bytes(applied.fingerprint) => {
                store.refused(&store::Error::Missing { record: "some" });
                self.damage
                    .push("the store's profiles are not those that its last commit states".to_owned());
            }
            Ok((_, applied)) if has_journal && applied.position > self.position.0 => {
                self.damage
                    .push("the journal lacks commits that the store has seen".to_owned());
            }
            Ok(_) => self.cells(store)?,
            Err(error) if error.is_damage() || matches!(error, store::Error::Codec(_)) => self.tell(&error),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Whether what is counted of all is what each adds.
    fn cells(&mut self, store: &Store) -> Result<(), StartError> {
        match unsound(store) {
            Ok(0) => {}
            Ok(cells) => {
                let told = format!("{cells} counts of the experience are not what customers add to them");
                self.damage.push(told);
            }
            Err(error) if error.is_damage() || matches!(error, store::Error::Codec(_)) => self.tell(&error),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
