//! The folder with the rules: looked at again while the service runs, so that rules are changed without stopping it.

use std::time::Duration;

use crate::{
    config::{ConfigError, RuleFiles, Settings},
    decide::rule::Book,
    engine::Handle,
    followed::{self, Files, Look},
    telemetry::RuleMetrics,
};

/// The files, and the rules that the engine goes by.
#[derive(Debug)]
pub(crate) struct FollowedRules {
    /// As they were taken last.
    files: RuleFiles,
    /// As they were last refused, which is told once.
    refused: Option<Result<RuleFiles, ConfigError>>,
    book: Book,
    /// Whose writer is told of others, if one runs.
    writer: Option<Handle>,
    metrics: RuleMetrics,
}

impl FollowedRules {
    /// The files of `settings`, if they name a folder.
    pub(crate) fn of(settings: &Settings, metrics: RuleMetrics) -> Option<Self> {
        Some(Self {
            files: settings.decide.files.clone()?,
            refused: None,
            book: settings.decide.book.clone(),
            writer: None,
            metrics,
        })
    }

    /// Has the writer of `handle` told of others.
    pub(crate) fn telling(self, handle: &Handle) -> Self {
        let writer = Some(handle.clone());
        Self { writer, ..self }
    }

    /// Looks at them `every` so often, and has the engine go by what they hold then. Never ends.
    pub(crate) async fn follow(self, every: Duration) {
        let metrics = self.metrics.clone();
        followed::follow(self, every, move || metrics.refused()).await;
    }
}

impl Files for FollowedRules {
    const WHAT: &'static str = "rules";
    type Error = ConfigError;

    fn look(&mut self) -> Look<ConfigError> {
        let read = self.files.again();
        if read.as_ref() == Ok(&self.files) {
            self.refused = None;
            return Ok(false).into();
        }
        if self.refused.as_ref() == Some(&read) {
            return Ok(false).into();
        }
        let taken = read.clone().and_then(|files| Ok((files.book()?, files)));
        match taken {
            Ok((rules, files)) => {
                (self.files, self.refused) = (files, None);
                self.book.replace(rules);
                self.writer.iter().for_each(Handle::wake);
                Ok(true).into()
            }
            Err(error) => {
                self.refused = Some(read);
                Err(error).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{config::LoadOptions, telemetry::Registry};

    fn started(folder: &Path) -> FollowedRules {
        let rules = folder.join("rules");
        fs::create_dir(&rules).unwrap();
        let settings = Settings::load(LoadOptions {
            file: None,
            env: std::iter::empty(),
            overrides: vec![("decide.rules".to_owned(), rules.display().to_string())],
        });
        let metrics = RuleMetrics::register(&Registry::new("1").unwrap()).unwrap();
        FollowedRules::of(&settings.unwrap(), metrics).unwrap()
    }

    #[test]
    fn rules_that_changed_hold_from_then_on_and_bad_ones_change_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut followed = started(dir.path());
        let book = followed.book.clone();
        let names = || -> Vec<String> { book.current().segments().map(|one| one.name.clone()).collect() };
        let write = |text: &str| fs::write(dir.path().join("rules/a.toml"), text).unwrap();
        assert!(!followed.look().is_new && names().is_empty());

        write("[segments.left]\nwhen = \"size(cart) > 0\"\n");
        assert!(followed.look().is_new);
        assert_eq!(names(), ["left"]);
        assert!(!followed.look().is_new);

        write("[segments.left]\nwhen = \"size(cart) >\"\n");
        let look = followed.look();
        assert!(!look.is_new && names() == ["left"]);
        let told = look.refused.iter().map(ToString::to_string).collect::<String>();
        assert!(
            told.starts_with("segments.left.when (") && told.contains("a.toml, line 2)"),
            "{told}"
        );
        assert!(followed.look().refused.is_empty(), "it is told once");

        write("[segments.left]\nwhen = \"size(cart) > 0\"\n");
        let look = followed.look();
        assert!(!look.is_new && look.refused.is_empty());
        fs::remove_dir_all(dir.path().join("rules")).unwrap();
        assert_eq!(followed.look().refused.len(), 1);
        assert_eq!(
            names(),
            ["left"],
            "a folder that is gone is no folder without rules"
        );
    }
}
