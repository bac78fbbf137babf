//! Why a request to a tenant with partitions has no answer, or not here.

use crate::api::{Class, Failure};

impl Failure {
    /// Two whom no event connects, so that what one request is about would be in two partitions.
    pub fn apart() -> Self {
        let message = "the request is about customers in several partitions, so nothing connects them: ask for each by itself";
        Self::new(
            Class::Conflict,
            "several_partitions",
            "The customers are in several partitions",
            message,
        )
    }

    /// A partition that this process does not serve now.
    pub fn away(tenant: &str, partition: u32) -> Self {
        let message = format!(
            "answer for {tenant}: expected its partition {tenant}-p{partition} to be served here, and it is not now"
        );
        Self::new(
            Class::Unavailable,
            "not_served",
            "The tenant is not served",
            message,
        )
    }
}
