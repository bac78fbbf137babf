//! The keys of those who send and ask: looked at again while the service runs, as its certificate is. Which callers there
//! are, and what each is for, is read at the start alone; here is what their files hold.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    api::guard::Guard,
    app::compose,
    config::{Key, KeyFileError, Settings, Tokens},
    followed::{self, Files, Look},
    http::{access::Keys, settings::Settings as HttpSettings},
    telemetry::GuardMetrics,
    wire::digest::Digest,
};

/// Files with keys, and whom they let in.
#[derive(Debug)]
pub(crate) struct KeyFiles {
    /// As the service was started.
    configured: (BTreeMap<String, Key>, Option<Tokens>),
    /// With the keys of the moment.
    settings: Settings,
    guard: Guard,
    senders: Keys,
    metrics: GuardMetrics,
}

impl KeyFiles {
    /// The files of `settings`, if they name any, for what `edge` goes by.
    pub(crate) fn of(settings: &Settings, edge: &HttpSettings, metrics: GuardMetrics) -> Option<Self> {
        let is_any = settings.tokens.is_some() || settings.keys.values().any(|key| key.file.is_some());
        is_any.then(|| Self {
            configured: (settings.keys.clone(), settings.tokens.clone()),
            settings: settings.clone(),
            guard: edge.guard.clone(),
            senders: edge.keys.clone(),
            metrics,
        })
    }

    /// Looks at the files `every` so often, and goes by what they hold then. Never ends.
    pub(crate) async fn follow(self, every: Duration) {
        let metrics = self.metrics.clone();
        followed::follow(self, every, move || metrics.keys_refused()).await;
    }

    /// The keys as the files hold them now; one that cannot be used stays what it was.
    fn keys(&self, refused: &mut Vec<KeyFileError>) -> BTreeMap<String, Key> {
        let mut keys: BTreeMap<String, Key> = BTreeMap::new();
        for (name, key) in &self.configured.0 {
            let before = self.settings.keys.get(name);
            let now = match (key.again(), &key.file) {
                (Ok(Some(now)), Some(path)) if self.is_anothers(name, now.digest, &keys) => {
                    refused.push(KeyFileError::Taken { path: path.clone() });
                    before.cloned()
                }
                (Ok(now), _) => now,
                (Err(error), _) => {
                    refused.push(error);
                    before.cloned()
                }
            };
            if now.is_none() && before.is_some() {
                tracing::warn!(
                    key.name = name.as_str(),
                    "the file of a key is gone: whoever shows the key is refused"
                );
            }
            keys.extend(now.map(|now| (name.clone(), now)));
        }
        keys
    }

    /// Whether a key that `name` has now is somebody else's: of one of `new`, which were read before, or as it was.
    fn is_anothers(&self, name: &str, key: Digest, new: &BTreeMap<String, Key>) -> bool {
        let http = &self.settings.http;
        let by_themselves = [&http.write_key, &http.read_key].into_iter().flatten();
        let mut stated = by_themselves.map(|key| Digest::of(key.expose().as_bytes()));
        let others = self.settings.keys.iter().filter(|(other, _)| *other != name);
        let mut known = new.values().chain(others.map(|(_, key)| key));
        stated.any(|other| other == key) || known.any(|other| other.digest == key)
    }

    /// Whose tokens are taken now.
    fn tokens(&self, refused: &mut Vec<KeyFileError>) -> Option<Tokens> {
        self.configured.1.as_ref()?.again().unwrap_or_else(|error| {
            refused.push(error);
            self.settings.tokens.clone()
        })
    }
}

impl Files for KeyFiles {
    const WHAT: &'static str = "keys";
    type Error = KeyFileError;

    fn look(&mut self) -> Look<KeyFileError> {
        let mut refused = Vec::new();
        let keys = self.keys(&mut refused);
        let tokens = self.tokens(&mut refused);
        let is_new = keys != self.settings.keys || tokens != self.settings.tokens;
        if is_new {
            self.settings.keys = keys;
            self.settings.tokens = tokens;
            self.guard.renew(compose::credentials(&self.settings));
            self.senders.renew(compose::senders(&self.settings));
        }
        Look { is_new, refused }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{api::guard::Action, config::LoadOptions, telemetry::Registry};

    /// Two who ask, each with a file, and the service's view of them.
    fn started(folder: &Path) -> (KeyFiles, Guard) {
        let mut config = "[http]\nwrite_key = \"a-key-that-browsers-show\"\n".to_owned();
        for name in ["desk", "till"] {
            let file = folder.join(format!("{name}.key"));
            fs::write(&file, key(name, 1)).unwrap();
            config.push_str(&format!("[keys.{name}]\nrole = \"agent\"\nfile = {file:?}\n"));
        }
        let file = folder.join("yekta.toml");
        fs::write(&file, config).unwrap();
        let settings = Settings::load(LoadOptions {
            file: Some(file),
            env: std::iter::empty(),
            overrides: Vec::new(),
        });
        let settings = settings.unwrap();
        let edge = compose::http_settings(&settings).unwrap();
        let metrics = GuardMetrics::register(&Registry::new("1").unwrap()).unwrap();
        (KeyFiles::of(&settings, &edge, metrics).unwrap(), edge.guard)
    }

    fn key(name: &str, number: u32) -> String {
        format!("a-key-of-the-{name}-{number:04}")
    }

    fn is_known(guard: &Guard, key: &str) -> bool {
        guard.admit(Some(key), Action::Context).is_ok()
    }

    #[test]
    fn a_file_that_holds_another_key_lets_its_caller_in_by_that() {
        let dir = tempfile::tempdir().unwrap();
        let (mut files, guard) = started(dir.path());
        assert!(!files.look().is_new);
        fs::write(dir.path().join("desk.key"), key("desk", 2)).unwrap();
        assert!(is_known(&guard, &key("desk", 1)), "nobody looked yet");
        let look = files.look();
        assert!(look.is_new && look.refused.is_empty());
        let known = [key("desk", 1), key("desk", 2), key("till", 1)].map(|key| is_known(&guard, &key));
        assert_eq!(known, [false, true, true]);
        assert!(!files.look().is_new);
    }

    #[test]
    fn a_file_that_cannot_be_used_changes_nothing_and_holds_nobody_else_up() {
        let dir = tempfile::tempdir().unwrap();
        let (mut files, guard) = started(dir.path());
        fs::write(dir.path().join("till.key"), key("till", 2)).unwrap();
        for useless in ["", "short", "a-key-that-browsers-show", key("till", 2).as_str()] {
            fs::write(dir.path().join("desk.key"), useless).unwrap();
            assert_eq!(files.look().refused.len(), 1, "{useless}");
            assert!(is_known(&guard, &key("desk", 1)), "{useless}");
            assert!(!is_known(&guard, "a-key-that-browsers-show"));
        }
        assert!(is_known(&guard, &key("till", 2)) && !is_known(&guard, &key("till", 1)));
    }

    #[test]
    fn a_file_that_is_gone_takes_its_key_with_it_and_may_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let (mut files, guard) = started(dir.path());
        for name in ["desk", "till"] {
            fs::remove_file(dir.path().join(format!("{name}.key"))).unwrap();
        }
        assert!(files.look().is_new);
        assert!(!is_known(&guard, &key("desk", 1)) && !is_known(&guard, &key("till", 1)));
        assert!(guard.admit(None, Action::Context).is_err(), "nobody is everybody");
        fs::write(dir.path().join("desk.key"), key("desk", 1)).unwrap();
        assert!(files.look().is_new);
        assert!(is_known(&guard, &key("desk", 1)) && !is_known(&guard, &key("till", 1)));
    }
}
