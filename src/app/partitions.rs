//! The partitions of a tenant, as its resolver sees them: how far they have consumed its journal, and whether that holds something
//! for so long, or so much, that it is to go. Asks and changes nothing.

use std::time::Duration;

use crate::{
    app::clock,
    config::Settings,
    engine::{
        Part, Position,
        erasing::{expunge::BeyondError, forgetting::Consumed},
    },
    nats::{
        self, Connection,
        assets::Names,
        status::{Member, members_of_all, size_of},
    },
};

/// Parts of the time within which files are to be cleared that the journal may hold an event: what was consumed just before is gone
/// in time also where it takes a second attempt.
const PARTS: u32 = 4;
/// How long it may hold one at most.
const AGE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Bytes of it from which on it is not waited for that.
const BYTES_MAX: u64 = 8 << 30;
/// How often it is looked, at most, and parts of the time that an event may be held.
const LOOK_MAX: Duration = Duration::from_secs(60);
const LOOKS: u32 = 16;

/// Those who read a resolver's journal.
#[derive(Debug)]
pub(crate) struct Partitions {
    connection: Connection,
    journal: String,
    all: Vec<Names>,
    age_max: Duration,
    bytes_max: u64,
}

impl Partitions {
    /// Those of a resolver; none of any other.
    pub(crate) fn of(connection: &Connection, nats: &nats::Settings, settings: &Settings) -> Option<Self> {
        let Part::Resolver { partitions } = settings.part() else {
            return None;
        };
        let names = Names::of(&nats.tenant);
        // A journal that may not grow further refuses what comes.
        let most = nats.storage.journal_bytes_max.map(|most| most / 2);
        Some(Self {
            connection: connection.clone(),
            journal: names.journal(),
            all: (0..partitions.get())
                .map(|index| names.partition(index))
                .collect(),
            age_max: (settings.erase_horizon / PARTS).min(AGE_MAX),
            bytes_max: most.unwrap_or(BYTES_MAX).min(BYTES_MAX),
        })
    }

    /// How often it is looked whether something is to go.
    pub(crate) fn look_every(&self) -> Duration {
        (self.age_max / LOOKS).min(LOOK_MAX)
    }

    /// Whether the journal holds something for so long, or so much, that it is to go.
    ///
    /// # Errors
    /// Where the broker does not say.
    pub(crate) async fn is_time(&self) -> Result<bool, BeyondError> {
        let size = size_of(&self.connection.jetstream, self.journal.clone()).await?;
        let since = size.since_us.unwrap_or(i64::MAX);
        let age = clock::now().as_micros().saturating_sub(since);
        let age = Duration::from_micros(u64::try_from(age).unwrap_or_default());
        Ok(age >= self.age_max || size.bytes > self.bytes_max)
    }

    /// How far they are.
    ///
    /// # Errors
    /// Where they cannot be asked, or one does not answer.
    pub(crate) async fn consumed(&self) -> Result<Consumed, BeyondError> {
        let members = members_of_all(&self.connection.client).await?;
        consumed(&self.all, &members)
    }
}

/// Up to where all of these partitions have consumed their input, each as far as any of its members says: what one has committed all
/// have or can have.
fn consumed(partitions: &[Names], members: &[Member]) -> Result<Consumed, BeyondError> {
    let mut slowest: Option<Consumed> = None;
    for partition in partitions {
        let (token, name) = (partition.token(), partition.tenant());
        let own = members.iter().filter(|member| member.tenant == token);
        // One that has consumed nothing says nothing, and one that does not answer either.
        let through = own.filter_map(|member| member.input).max().ok_or_else(|| {
            format!("ask how far the journal is consumed: the partition {name} does not say it, or consumed nothing yet")
        })?;
        if slowest.as_ref().is_none_or(|slowest| through < slowest.through.0) {
            slowest = Some(Consumed {
                through: Position(through),
                last: name.to_owned(),
            });
        }
    }
    slowest.ok_or_else(|| "ask how far the journal is consumed: there are no partitions".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_partition_counts_and_one_that_says_nothing_is_not_passed_over() {
        let names = Names::of(&"a".parse().unwrap());
        let partitions = [0, 1].map(|index| names.partition(index));
        let member = |tenant: &str, input| Member {
            tenant: tenant.to_owned(),
            name: "m".to_owned(),
            role: "standby".to_owned(),
            epoch: 0,
            position: 1,
            input,
            lag: None,
            room: true,
        };
        let mut members = vec![
            member("a_p0", Some(9)),
            member("a_p0", Some(7)),
            member("a", Some(1)),
        ];
        let error = consumed(&partitions, &members).unwrap_err().to_string();
        assert!(error.contains("a-p1"), "{error}");
        members.push(member("a_p1", None));
        assert!(consumed(&partitions, &members).is_err());
        members.push(member("a_p1", Some(8)));
        let slowest = consumed(&partitions, &members).unwrap();
        assert_eq!((slowest.through, slowest.last.as_str()), (Position(8), "a-p1"));
        assert!(consumed(&[], &members).is_err());
    }
}
