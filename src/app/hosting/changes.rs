//! What operators have changed of which tenants there are: checked as `yekta tenant` checks it, put down in the files, and
//! gone by at once. One change after the other, so that no two are mixed.

use std::{error::Error, sync::Arc};

use crate::{
    app::hosting::hosts::Hosts,
    config::{ConfigError, Settings, TenantError, Tenants},
    http::tenants::{Change, Changed, Refused, Wanted},
};

impl Hosts {
    /// Carries a change out, and tells the log and whoever waits for it.
    pub(super) async fn carry_out(&mut self, change: Change) {
        let Change { name, wanted, asking } = change;
        let changed = self.change(name.clone(), wanted).await;
        asking.told(&name, changed);
    }

    async fn change(&mut self, name: String, wanted: Wanted) -> Result<Changed, Refused> {
        // What is changed is what is there now, which may not be what was found last.
        self.look().await;
        if self.folder.is_away() {
            return Err(Refused::Away);
        }
        let served = self.settings();
        let work = move |files: &Tenants| match wanted {
            Wanted::Text(text) => put(files, &served, (&name, text.expose())),
            Wanted::Nothing => remove(files, &name),
        };
        let changed = self.folder.aside(work).await.ok_or(Refused::Stopping)??;
        self.look().await;
        Ok(changed)
    }
}

/// Puts a file in place that can be used beside the other files and beside those who are served.
fn put(
    files: &Tenants,
    served: &[(String, Arc<Settings>)],
    (name, text): (&str, &str),
) -> Result<Changed, Refused> {
    files.beside_others(name, text).map_err(|refused| match refused {
        TenantError::Config(error) => unusable(&error),
        unread @ TenantError::Read { .. } => failed(&unread),
    })?;
    // One is served by what its file said before, where that cannot be used any more.
    let served = served
        .iter()
        .map(|(other, settings)| (other.as_str(), &**settings));
    files
        .beside(served, (name, text))
        .map_err(|error| unusable(&error))?;
    match files.put(name, text) {
        Ok(true) => Ok(Changed::Added),
        Ok(false) => Ok(Changed::Replaced),
        Err(error) => Err(failed(&error)),
    }
}

fn remove(files: &Tenants, name: &str) -> Result<Changed, Refused> {
    match files.remove(name) {
        Ok(true) => Ok(Changed::Removed),
        Ok(false) => Ok(Changed::Missing),
        Err(error) => Err(failed(&error)),
    }
}

fn unusable(error: &ConfigError) -> Refused {
    Refused::Unusable(error.problems.iter().map(ToString::to_string).collect())
}

fn failed(error: &dyn Error) -> Refused {
    let mut told = format!("change the files of the tenants: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        told.push_str(&format!(": {error}"));
        cause = error.source();
    }
    Refused::Failed(told)
}
