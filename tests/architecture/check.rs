//! Judges one source file by the rules.
//!
//! Known limit: it reads names, so a value of a forbidden type that is reached through inference alone, or a type
//! that another module re-exports, is not seen.

use std::collections::BTreeSet;

use crate::paths::Paths;
use crate::rules::{BANNED_NAMES, LINES_MAX, LONG_FILES, Rule, rule_of};
use crate::tokens::{Token, tokens};

/// What is wrong with the file at `path` (from the repository's root, `src/…`), one line each.
/// `dependencies` are the outside crates by the names they have in code.
pub(crate) fn violations(path: &str, text: &str, dependencies: &BTreeSet<String>) -> Vec<String> {
    let mut found = placement(path);
    if !text.trim_start().starts_with("//!") {
        found.push("opens without a `//!` that says what it owns".to_owned());
    }
    found.extend(length(path, text));
    match tokens(text) {
        Ok(tokens) if !is_test_file(path) => {
            found.extend(habits(&tokens));
            found.extend(imports(path, &tokens, dependencies));
        }
        Ok(_) => {}
        Err(error) => found.push(error),
    }
    // A forbidden name is reported where it first stands, not at each use.
    let mut seen = BTreeSet::new();
    found.retain(|line| {
        seen.insert(
            line.split_once(": ")
                .map_or(line.clone(), |(_, what)| what.to_owned()),
        )
    });
    found.iter().map(|line| format!("{path}: {line}")).collect()
}

/// A file that is too long, unless it is a named exception.
pub(crate) fn length(path: &str, text: &str) -> Option<String> {
    let exception = LONG_FILES.iter().find(|(file, _)| *file == path);
    let limit = exception.map_or(LINES_MAX, |(_, limit)| *limit);
    let lines = text.lines().count();
    (lines > limit).then(|| format!("has {lines} lines, more than {limit}"))
}

/// The top-level module a file of `src/` belongs to.
fn module_of(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let top = inside.split('/').next().unwrap_or(inside);
    top.strip_suffix(".rs").unwrap_or(top)
}

/// `tests.rs` and what lies in a folder `tests`: declared behind `#[cfg(test)]`, which [`habits`] sees to.
fn is_test_file(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

/// A module without a rule, and names that say nothing.
fn placement(path: &str) -> Vec<String> {
    let module = module_of(path);
    let mut found = Vec::new();
    if rule_of(module).is_none() {
        found.push(format!(
            "module `{module}` has no rule in tests/architecture/rules.rs"
        ));
    }
    let parts = path
        .split('/')
        .map(|part| part.strip_suffix(".rs").unwrap_or(part));
    found.extend(parts.filter(|part| BANNED_NAMES.contains(part)).map(banned));
    found
}

fn banned(name: &str) -> String {
    format!("`{name}` does not say what it owns")
}

/// What the crate does not do anywhere outside its test modules.
fn habits(tokens: &[Token]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let text = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text.as_str());
        let before = at
            .checked_sub(1)
            .and_then(|at| tokens.get(at))
            .map_or("", |token| token.text.as_str());
        let mut report = |what: String| found.push(format!("line {}: {what}", token.line));
        match (token.text.as_str(), text(1)) {
            // `pub(super)` is a visibility, not a path.
            ("super", ")") if before == "(" => {}
            ("super", _) => report("a path begins with `super`; write `crate::…`".to_owned()),
            ("include", "!") => report("`include!` brings in source that no rule covers".to_owned()),
            ("path", "=") if before == "[" => {
                report("`#[path]` brings in source that no rule covers".to_owned());
            }
            ("mod", "tests") => report("`mod tests` is not behind `#[cfg(test)]`".to_owned()),
            ("mod", name) if BANNED_NAMES.contains(&name) => report(banned(name)),
            _ => {}
        }
    }
    found
}

/// What the file names that its module may not name.
fn imports(path: &str, tokens: &[Token], dependencies: &BTreeSet<String>) -> Vec<String> {
    let module = module_of(path);
    let Some(rule) = rule_of(module) else {
        return Vec::new();
    };
    let is_root = matches!(path, "src/lib.rs" | "src/main.rs");
    let paths = Paths::read(tokens);
    let judged = paths.all.iter().filter_map(|path| {
        let mut segments = paths.resolve(path);
        if let Some(first) = segments.first_mut() {
            match first.as_str() {
                "yekta" => *first = "crate".to_owned(),
                "self" if is_root => *first = "crate".to_owned(),
                "core" | "alloc" => *first = "std".to_owned(),
                _ => {}
            }
        }
        let what = judge(rule, &segments, dependencies)?;
        Some(format!("line {}: {what}", path.line))
    });
    judged.collect()
}

/// Why `rule` forbids the path, if it does.
fn judge(rule: &Rule, path: &[String], dependencies: &BTreeSet<String>) -> Option<String> {
    let module = rule.module;
    let (first, rest) = path.split_first()?;
    if first == "crate" {
        return match rest.first().map(String::as_str) {
            None | Some("*") => Some("names the crate's root as a whole; name the module".to_owned()),
            Some(other) if other == module || rule.imports.contains(&other) => None,
            Some(other) => Some(format!("imports `crate::{other}`, which `{module}` may not")),
        };
    }
    if first != "std" && !dependencies.contains(first) {
        return None;
    }
    let allowed = rule.crates.iter().any(|name| *name == "*" || covers(name, path));
    let denied = rule
        .never
        .iter()
        .any(|name| covers(name, path) || glob_over(path, name));
    (!allowed || denied).then(|| format!("uses `{}`, which `{module}` may not", shown(rule, path)))
}

/// The crate alone, unless the rule allows a part of it and it matters which one was named.
fn shown(rule: &Rule, path: &[String]) -> String {
    let depth = if rule
        .crates
        .iter()
        .chain(rule.never)
        .any(|name| is_part_of(name, path))
    {
        3
    } else {
        1
    };
    path.get(..depth).unwrap_or(path).join("::")
}

fn is_part_of(name: &str, path: &[String]) -> bool {
    name.split_once("::")
        .is_some_and(|(whole, _)| path.first().is_some_and(|first| first == whole))
}

/// Whether `path` is `name` or lies inside it.
fn covers(name: &str, path: &[String]) -> bool {
    let mut path = path.iter();
    name.split("::")
        .all(|part| path.next().is_some_and(|segment| segment == part))
}

/// Whether `path` is a glob that brings `name` into scope, or a module on the way to it.
fn glob_over(path: &[String], name: &str) -> bool {
    let Some((star, inside)) = path.split_last() else {
        return false;
    };
    star == "*"
        && inside
            .iter()
            .map(String::as_str)
            .zip(name.split("::"))
            .all(|(a, b)| a == b)
}
