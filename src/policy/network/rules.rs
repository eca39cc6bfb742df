//! What a user may write as a rule: a rule of the filter, or a preset's name.

use egress::policy::Reach;
use egress::rule::{Rule, RuleError};

use super::presets::{PRESETS, Preset};

/// A name that differs in more letters than this from what was written is another one.
const NEAR: usize = 3;

/// Why a rule cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RuleText {
    /// It is no rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// There is no such preset.
    #[error("there is no preset {name:?}; {hint}")]
    NoPreset {
        /// As it was written, with its `@`.
        name: String,
        /// The nearest one, or all of them.
        hint: String,
    },
}

/// Reads one entry: a rule that leads wherever the user says, or a preset's, which lead to public addresses.
///
/// # Errors
///
/// The entry is neither.
pub fn read(text: &str) -> Result<(Vec<Rule>, Reach), RuleText> {
    let Some(name) = text.strip_prefix('@') else {
        return Ok((vec![Rule::parse(text)?], Reach::AsWritten));
    };
    let Some(preset) = PRESETS.iter().find(|preset| preset.name == name) else {
        return Err(RuleText::NoPreset { name: text.to_owned(), hint: hint(name) });
    };
    Ok((rules(preset)?, Reach::Public))
}

fn rules(preset: &Preset) -> Result<Vec<Rule>, RuleError> {
    preset.rules.iter().map(|rule| Rule::parse(rule)).collect()
}

fn hint(name: &str) -> String {
    let distance = |preset: &&Preset| strsim::damerau_levenshtein(name, preset.name);
    let nearest = PRESETS.iter().min_by_key(distance).filter(|preset| distance(preset) <= NEAR);
    if let Some(nearest) = nearest {
        return format!("did you mean @{}?", nearest.name);
    }
    let all: Vec<_> = PRESETS.iter().map(|preset| format!("@{}", preset.name)).collect();
    format!("write one of {}", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_the_users_leads_where_it_says_and_a_presets_to_public_addresses() {
        let (rules, reach) = read("DB.internal:5432").expect("a rule");
        assert_eq!((rules[0].to_string().as_str(), reach), ("db.internal:5432", Reach::AsWritten));
        let (rules, reach) = read("@debian").expect("a preset");
        assert!(rules.len() > 1 && reach == Reach::Public);
    }

    #[test]
    fn a_preset_that_does_not_exist_names_the_nearest() {
        let said = |text: &str| read(text).expect_err(text).to_string();
        assert_eq!(said("@githup"), "there is no preset \"@githup\"; did you mean @github?");
        assert!(said("@nonsense").contains("write one of @alpine, @arch"));
        assert!(said("@").contains("write one of"));
    }
}
