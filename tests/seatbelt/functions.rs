//! `(define (name value …) rule …)`, and calls of it: each stands for its rules.

use std::collections::HashMap;

use super::reader::Expression;

/// A function.
struct Function {
    values: Vec<String>,
    body: Vec<Expression>,
}

/// The rules that a profile consists of.
pub fn expand(expressions: Vec<Expression>) -> Result<Vec<Expression>, String> {
    let mut functions = HashMap::new();
    let mut rules = Vec::new();
    for expression in expressions {
        let (word, rest) = expression.call()?;
        if word == "define" {
            let (name, function) = define(rest)?;
            if functions.insert(name.to_owned(), function).is_some() {
                return Err(format!("{name} is defined twice"));
            }
        } else {
            call(&functions, &expression, &mut rules)?;
        }
    }
    Ok(rules)
}

fn define(words: &[Expression]) -> Result<(&str, Function), String> {
    let [head, body @ ..] = words else { return Err("define takes a name".into()) };
    let (name, values) = head.call()?;
    let values: Result<Vec<String>, String> =
        values.iter().map(|value| value.symbol().map(str::to_owned)).collect();
    Ok((name, Function { values: values?, body: body.to_vec() }))
}

/// Adds the rules of a call, or the rule itself.
fn call(
    functions: &HashMap<String, Function>,
    expression: &Expression,
    rules: &mut Vec<Expression>,
) -> Result<(), String> {
    let (word, given) = expression.call()?;
    if word == "begin" {
        return given.iter().try_for_each(|rule| call(functions, rule, rules));
    }
    let Some(function) = functions.get(word) else {
        rules.push(expression.clone());
        return Ok(());
    };
    if given.len() != function.values.len() {
        return Err(format!("{word} takes {} values", function.values.len()));
    }
    for rule in &function.body {
        call(functions, &put(rule, &function.values, given), rules)?;
    }
    Ok(())
}

/// An expression with the values put in.
fn put(expression: &Expression, values: &[String], given: &[Expression]) -> Expression {
    match expression {
        Expression::Symbol(name) => {
            let index = values.iter().position(|value| value == name);
            index.map_or_else(|| expression.clone(), |index| given[index].clone())
        }
        Expression::List(items) => {
            Expression::List(items.iter().map(|item| put(item, values, given)).collect())
        }
        Expression::Number(_) | Expression::Text(_) => expression.clone(),
    }
}
