//! A tenant with partitions, as its users see it: one tenant. Its router is a gateway, which hands each request to the
//! partition that has the customer; of partitions and resolver users know nothing.
//!
//! Owns who answers a request; never what is answered. A caller is let in by the tenant's own guard before anybody is looked
//! for, and by the partition's after that, which has the same keys. Never tells a part for the whole: what partitions do not
//! come to together is refused.
//!
//! | what | where |
//! |---|---|
//! | how the partition of each route is found, on one screen | `table` |
//! | the partitions, as this process serves them | [`Partitions`] |
//! | the gateway | [`Gateway`] |
//! | what a request says of whom it is about, and its copies for partitions | `asked` |
//! | where those are | `find` |
//! | those who are on their way there | `coming` |
//! | a card that is shown while its caller stays | `live` |
//! | what needs more than one of them | `steps` |
//! | what another process owns, and what all of them do | `elsewhere` |
//! | the same for whoever does not ask over HTTP | [`Within`] |
//! | positions, and waiting for them | `position` |
//! | answers, as the tenant tells them | `told` |
//! | what all of them publish, as one stream | `crate::http::routes::updates::united` |

mod asked;
mod coming;
mod elsewhere;
mod find;
mod gateway;
mod live;
mod position;
mod served;
mod steps;
mod table;
mod told;
mod within;

pub(crate) use self::table::{Way, way};
pub use self::{gateway::Gateway, served::Partitions, within::Within};
