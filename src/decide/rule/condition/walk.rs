//! The parts of an expression, one after the other: what is named is noted, what there is not is refused, and what is
//! asked of the history is put where it is answered without a call.

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators};

use crate::{
    decide::rule::{
        condition::{
            call::{Call, Turn},
            look::{VARIABLES, call_name},
            part::{asked, constant, text, unknown, usage},
        },
        reads::{Names, Reads},
        window,
    },
    domain::event::token,
};

/// How deep parts may stand in each other: each is a step of recursion.
const DEPTH_MAX: usize = 100;
/// How deep loops may stand in each other.
const LOOPS_MAX: usize = 2;

/// Functions of the language.
const FUNCTIONS: [&str; 14] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "string",
    "int",
    "uint",
    "double",
    "bool",
    "dyn",
    "type",
    "value",
    "hasValue",
    "orValue",
];
/// Functions of ours.
const OURS: [&str; 9] = [
    "age", "count", "days", "get", "happened", "quiet", "seconds", "since", "visits",
];
/// What a type is called, as in `type(x) == int`.
const TYPES: [&str; 8] = [
    "bool",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "uint",
];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) calls: Vec<Call>,
    pub(super) reads: Reads,
}

/// What is wrong with a part.
#[derive(Debug)]
pub(super) struct Refused {
    /// The number of the part.
    pub(super) at: u64,
    pub(super) problem: String,
}

/// Goes through an expression, and makes it ready to be evaluated.
pub(super) fn walk(tree: &mut IdedExpr) -> Result<Walked, Refused> {
    let mut walker = Walker::default();
    walker.part(tree, Depth::default())?;
    Ok(walker.walked)
}

#[derive(Default)]
struct Walker {
    walked: Walked,
    /// Names that loops gave.
    bound: Vec<String>,
}

#[derive(Clone, Copy, Default)]
struct Depth {
    parts: usize,
    loops: usize,
}

fn refuse<T>(at: u64, problem: impl Into<String>) -> Result<T, Refused> {
    let problem = problem.into();
    Err(Refused { at, problem })
}

impl Walker {
    fn part(&mut self, part: &mut IdedExpr, depth: Depth) -> Result<(), Refused> {
        let id = part.id;
        let inner = Depth {
            parts: depth.parts.saturating_add(1),
            ..depth
        };
        if inner.parts > DEPTH_MAX {
            return refuse(id, "expected parts that stand less deep in each other");
        }
        match &mut part.expr {
            Expr::Unspecified => refuse(id, "expected an expression"),
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.variable(id, name),
            Expr::Select(select) => match trait_of(&select.operand.expr, &self.bound) {
                true => {
                    self.walked.reads.traits.add(&select.field);
                    Ok(())
                }
                false => self.part(&mut select.operand, inner),
            },
            Expr::List(list) => list.elements.iter_mut().try_for_each(|one| self.part(one, inner)),
            Expr::Map(map) => map
                .entries
                .iter_mut()
                .try_for_each(|entry| match &mut entry.expr {
                    EntryExpr::MapEntry(entry) => {
                        self.part(&mut entry.key, inner)?;
                        self.part(&mut entry.value, inner)
                    }
                    EntryExpr::StructField(field) => self.part(&mut field.value, inner),
                }),
            Expr::Struct(_) => refuse(id, "expected no message: there are none"),
            Expr::Comprehension(comprehension) => self.each(id, comprehension, inner),
            Expr::Call(call) => {
                if let Some(instead) = self.call(id, call, inner)? {
                    part.expr = instead;
                }
                Ok(())
            }
        }
    }

    fn variable(&mut self, id: u64, name: &str) -> Result<(), Refused> {
        let is_bound = self.bound.iter().any(|bound| bound == name);
        if is_bound || TYPES.contains(&name) {
            return Ok(());
        }
        match name {
            "traits" => self.walked.reads.traits = Names::Any,
            "segments" => self.walked.reads.segments = Names::Any,
            _ => {
                let Some((_, part)) = VARIABLES.iter().find(|(known, _)| *known == name) else {
                    return refuse(
                        id,
                        unknown("a variable", name, VARIABLES.iter().map(|(known, _)| *known)),
                    );
                };
                self.walked.reads.parts.insert(*part);
            }
        }
        Ok(())
    }

    /// A loop, as `all`, `exists` or `map`.
    fn each(&mut self, id: u64, each: &mut ComprehensionExpr, depth: Depth) -> Result<(), Refused> {
        let inner = Depth {
            loops: depth.loops.saturating_add(1),
            ..depth
        };
        if inner.loops > LOOPS_MAX {
            return refuse(
                id,
                format!("expected loops that stand at most {LOOPS_MAX} deep in each other"),
            );
        }
        let given = [Some(&each.iter_var), each.iter_var2.as_ref()];
        for name in given.into_iter().flatten() {
            let is_taken = VARIABLES.iter().any(|(known, _)| known == name)
                || ["traits", "segments"].contains(&name.as_str());
            if is_taken {
                return refuse(
                    id,
                    format!("expected another name than {name}, which is a variable"),
                );
            }
        }
        self.part(&mut each.iter_range, depth)?;
        self.part(&mut each.accu_init, depth)?;
        let before = self.bound.len();
        self.bound.extend([each.iter_var.clone(), each.accu_var.clone()]);
        self.bound.extend(each.iter_var2.clone());
        for part in [&mut each.loop_cond, &mut each.loop_step, &mut each.result] {
            self.part(part, inner)?;
        }
        self.bound.truncate(before);
        Ok(())
    }

    /// A call, and what stands in its place, if something does.
    fn call(&mut self, id: u64, call: &mut CallExpr, depth: Depth) -> Result<Option<Expr>, Refused> {
        if OURS.contains(&call.func_name.as_str()) {
            return self.ours(id, call, depth).map(Some);
        }
        // The names of operators hold letters that no name of a function does.
        let is_operator = !call
            .func_name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_operator && !FUNCTIONS.contains(&call.func_name.as_str()) {
            let known = FUNCTIONS.into_iter().chain(OURS);
            return refuse(id, unknown("a function", &call.func_name, known));
        }
        if let Some(instead) = self.by_name(call) {
            return Ok(instead);
        }
        for part in call
            .target
            .iter_mut()
            .map(|target| &mut **target)
            .chain(&mut call.args)
        {
            self.part(part, depth)?;
        }
        self.turn(call);
        Ok(None)
    }

    /// `"x" in segments` asks for a segment, `traits["x"]` for a trait: by their names, which is more than the variable tells.
    fn by_name(&mut self, call: &CallExpr) -> Option<Option<Expr>> {
        let [first, second] = call.args.as_slice() else {
            return None;
        };
        match (call.func_name.as_str(), &first.expr, &second.expr) {
            (operators::IN, literal, Expr::Ident(name)) if name == "segments" => {
                let segment = text(literal)?.to_owned();
                self.walked.reads.segments.add(&segment);
                Some(Some(self.asks(Call::Segment(segment))))
            }
            (operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT, of, literal)
                if trait_of(of, &self.bound) =>
            {
                self.walked.reads.traits.add(text(literal)?);
                Some(None)
            }
            _ => None,
        }
    }

    /// One of our functions.
    fn ours(&mut self, id: u64, call: &mut CallExpr, depth: Depth) -> Result<Expr, Refused> {
        let mut args = std::mem::take(&mut call.args);
        if let Some(target) = call.target.take() {
            args.insert(0, *target);
        }
        let name = call.func_name.as_str();
        let asked = match (name, args.as_mut_slice()) {
            ("age", [time]) => {
                self.part(time, depth)?;
                let aging = Expr::Ident(self.named(Call::Age(Turn::Unknown)));
                let at = IdedExpr { id, expr: aging };
                return Ok(operator(operators::INDEX, vec![at, std::mem::take(time)]));
            }
            ("get", [map, name, otherwise]) => {
                let found = operator(
                    operators::OPT_INDEX,
                    vec![std::mem::take(map), std::mem::take(name)],
                );
                let mut found = IdedExpr { id, expr: found };
                self.part(&mut found, depth)?;
                self.part(otherwise, depth)?;
                return Ok(Expr::Call(CallExpr {
                    func_name: "orValue".to_owned(),
                    target: Some(Box::new(found)),
                    args: vec![std::mem::take(otherwise)],
                }));
            }
            ("seconds", [window]) => {
                let seconds = micros(window)? / 1_000_000;
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                return Ok(Expr::Literal(LiteralValue::Int(seconds.into())));
            }
            ("since", [of]) => Call::Since(self.kind(of)?, Turn::Unknown),
            ("visits", [window]) => {
                self.walked.reads.types = Names::Any;
                Call::Visits(micros(window)?)
            }
            ("count", [of, window]) => Call::Count(self.kind(of)?, micros(window)?),
            ("happened", [of, window]) => Call::Happened(self.kind(of)?, micros(window)?),
            ("quiet", [of, window]) => Call::Quiet(self.kind(of)?, micros(window)?),
            ("days", [of, window]) => Call::Days(self.kind(of)?, micros(window)?),
            _ => return refuse(id, format!("expected {}", usage(name))),
        };
        Ok(self.asks(asked))
    }

    /// The type of events that is asked for, as a token.
    fn kind(&mut self, part: &IdedExpr) -> Result<String, Refused> {
        let Some(name) = text(&part.expr).filter(|name| !name.trim().is_empty()) else {
            return refuse(
                part.id,
                "expected a type of events as it stands, such as \"Order Completed\"",
            );
        };
        let token = token(name);
        self.walked.reads.types.add(&token);
        Ok(token)
    }

    fn asks(&mut self, call: Call) -> Expr {
        Expr::Ident(self.named(call))
    }

    fn named(&mut self, call: Call) -> String {
        let number = self.walked.calls.len();
        self.walked.calls.push(call);
        call_name(number)
    }

    /// Notes with what an age is compared, where that is a number as it stands: it is known then when that turns.
    fn turn(&mut self, call: &CallExpr) {
        let [first, second] = call.args.as_slice() else {
            return;
        };
        let (asked, number, is_first) = match (asked(first), constant(second)) {
            (Some(asked), Some(number)) => (asked, number, true),
            _ => match (asked(second), constant(first)) {
                (Some(asked), Some(number)) => (asked, number, false),
                _ => return,
            },
        };
        // `age > 5` and `age <= 5` turn at six seconds, `age >= 5` and `age < 5` at five.
        let turns_behind = match call.func_name.as_str() {
            operators::GREATER | operators::LESS_EQUALS => is_first,
            operators::GREATER_EQUALS | operators::LESS => !is_first,
            _ => return,
        };
        let seconds = number.saturating_add(i64::from(turns_behind));
        if let Some(Call::Since(_, turn) | Call::Age(turn)) = self.walked.calls.get_mut(asked) {
            *turn = Turn::At(seconds);
        }
    }
}

/// Whether a part is the variable of the traits.
fn trait_of(part: &Expr, bound: &[String]) -> bool {
    matches!(part, Expr::Ident(name) if name == "traits" && !bound.contains(name))
}

fn operator(name: &str, args: Vec<IdedExpr>) -> Expr {
    Expr::Call(CallExpr {
        func_name: name.to_owned(),
        target: None,
        args,
    })
}

fn micros(part: &IdedExpr) -> Result<u64, Refused> {
    let Some(text) = text(&part.expr) else {
        return refuse(part.id, format!("{}, as it stands", window::EXPECTED));
    };
    window::micros(text).or_else(|_| refuse(part.id, window::EXPECTED))
}
