//! What must hold in the template whoever changes it. (CI also runs cfn-lint, `sam validate --lint`
//! and a check of the transformed template.)

use engines::template::{Function, Parameters, QueueTrigger, Template};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

fn template() -> Template {
    Template::read(TEMPLATE, &Parameters::default()).expect("the template is valid")
}

fn consumers(template: &Template) -> impl Iterator<Item = (&Function, &QueueTrigger)> {
    let functions = template.functions.iter();
    functions.flat_map(|function| {
        function
            .queues
            .iter()
            .map(move |trigger| (function, trigger))
    })
}

#[test]
fn a_message_stays_hidden_for_six_time_outs_of_its_consumer() {
    let template = template();
    for (function, trigger) in consumers(&template) {
        let queue = template.queue(&trigger.queue_arn).unwrap();
        let visibility = queue
            .visibility_timeout_seconds
            .expect("a visibility time-out");
        assert!(
            visibility >= 6 * function.timeout_seconds,
            "{} for {}",
            queue.logical_id,
            function.logical_id
        );
    }
}

#[test]
fn every_queue_that_starts_a_function_has_a_dead_letter_queue_that_keeps_longer() {
    let template = template();
    for (_, trigger) in consumers(&template) {
        let queue = template.queue(&trigger.queue_arn).unwrap();
        let redrive = queue.redrive.as_ref().expect("a redrive policy");
        assert!(redrive.maximum_receives >= 5, "{}", queue.logical_id);
        let dead = template.queue(&redrive.dead_letter_arn).unwrap();
        assert!(
            dead.retention_seconds > queue.retention_seconds,
            "{}",
            queue.logical_id
        );
        assert_eq!(
            dead.retention_seconds,
            Some(14 * 24 * 3600),
            "{}",
            dead.logical_id
        );
    }
}

#[test]
fn every_batch_reports_what_failed() {
    let template = template();
    for (function, trigger) in consumers(&template) {
        assert!(
            trigger.reports_failures,
            "{} {}",
            function.logical_id, trigger.event
        );
    }
    for function in &template.functions {
        for trigger in &function.streams {
            let name = &function.logical_id;
            assert!(trigger.reports_failures, "{name}");
            assert!(trigger.bisects_on_error, "{name}");
            assert!(
                trigger.maximum_retries.is_some(),
                "{name} would retry for ever"
            );
            assert!(
                trigger.on_failure_arn.is_some(),
                "{name} would lose what it gives up"
            );
        }
    }
}

#[test]
fn every_function_names_a_binary_of_the_workspace_and_no_secret() {
    for function in template().functions {
        assert!(!function.binary.is_empty());
        for (name, value) in &function.environment {
            let is_reference = value.starts_with("arn:aws:secretsmanager:");
            assert!(
                is_reference || !name.contains("SECRET"),
                "{} has {name} in its environment",
                function.logical_id
            );
        }
    }
}
