//! Templates that cannot be run, and the one sentence that says so.

use engines::{Parameters, Template};

fn error(text: &str) -> String {
    match Template::parse(text, &Parameters::new()) {
        Err(error) => error.to_string(),
        Ok(template) => panic!("it was taken: {template:?}"),
    }
}

/// The error where a queue's name is `expression`.
fn error_of(expression: &str) -> String {
    error(&format!(
        "Parameters: {{ Name: {{ Type: String, Default: work }} }}\n\
         Conditions: {{ Yes: !Equals [1, 1] }}\n\
         Resources:\n  Work:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
         QueueName: {expression}\n  Plain:\n    Type: AWS::SQS::Queue\n"
    ))
}

#[test]
fn a_wrong_function_is_named_with_its_place() {
    for (expression, problem) in [
        (
            "!Ref Nothing",
            "it refers to Nothing, which is no parameter and no resource that exists",
        ),
        (
            "!GetAtt Nothing.Arn",
            "it refers to Nothing, which is no parameter and no resource that exists",
        ),
        (
            "!Sub '${Nothing}'",
            "it refers to Nothing, which is no parameter and no resource that exists",
        ),
        (
            "!GetAtt Plain.Colour",
            "it asks Plain for Colour, which no AWS::SQS::Queue has here",
        ),
        (
            "!ImportValue other",
            "a value imported from another stack is not supported here",
        ),
        (
            "!Base64 x",
            "it uses !Base64, which is not a function known here",
        ),
        (
            "{ 'Fn::Base64': x }",
            "it uses Fn::Base64, which is not a function known here",
        ),
        (
            "{ Ref: Name, Other: x }",
            "Ref takes a place of its own, without other keys beside it",
        ),
        (
            "!Join [x]",
            "Fn::Join takes a delimiter and a list of texts",
        ),
        (
            "!Select [7, [a]]",
            "Fn::Select takes an index and a list that is long enough",
        ),
        (
            "!If [No, a, b]",
            "it refers to No, which is no parameter and no resource that exists",
        ),
        (
            "!If [Yes, a]",
            "Fn::If takes the name of a condition and two values",
        ),
        (
            "!Sub '${Name'",
            "Fn::Sub takes a text, or a text and a mapping of names to values",
        ),
        ("!Ref Work", "it needs Work, which needs it in turn"),
        (
            "'{{resolve:ssm:name}}'",
            "a dynamic reference ({{resolve:…}}) is not supported here",
        ),
        ("[a, b]", "it must be a text, not a list"),
    ] {
        let expected = format!("property QueueName of resource Work: {problem}");
        assert_eq!(error_of(expression), expected, "{expression}");
    }
}

#[test]
fn nothing_is_ignored_in_silence() {
    let function = |properties: &str| {
        format!(
            "Resources:\n  Shop:\n    Type: AWS::Serverless::Function\n    Metadata: \
             {{ BuildProperties: {{ Binary: shop }} }}\n    Properties: {properties}\n"
        )
    };
    for (text, expected) in [
        (
            "Resources: { A: { Type: AWS::EC2::Instance } }".to_owned(),
            "resource A: its type AWS::EC2::Instance is not supported here",
        ),
        (
            "Resources: { A: { Type: AWS::SQS::Queue, Properties: { Colour: red } } }".to_owned(),
            "property Colour of resource A: it is not known here",
        ),
        (
            "Resources: { A: { Type: AWS::SQS::Queue, Colour: red } }".to_owned(),
            "Colour of resource A: it is not known here",
        ),
        (
            "Resources: { A: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: soon } } }"
                .to_owned(),
            "property DelaySeconds of resource A: it must be a whole number, not \"soon\"",
        ),
        (
            "Resources: { A: { Properties: {} } }".to_owned(),
            "Type of resource A: it is required",
        ),
        (
            "Colours: {}\nResources: {}".to_owned(),
            "section Colours: it is not known here",
        ),
        (
            "Description: empty".to_owned(),
            "section Resources: it is required",
        ),
        (
            "Globals: { Api: {} }\nResources: {}".to_owned(),
            "section Globals.Api: it is not known here",
        ),
        (
            "Parameters: { P: { Type: String } }\nResources: {}".to_owned(),
            "section Parameters.P: it is required",
        ),
        (
            "Conditions: { A: !Condition B, B: !Condition A }\nResources: {}".to_owned(),
            "section Conditions.B: it needs condition A, which needs it in turn",
        ),
        (
            "Resources: { F: { Type: AWS::Serverless::Function } }".to_owned(),
            "Metadata.BuildProperties.Binary of resource F: it is required",
        ),
        (
            function("{ Events: { E: { Type: SNS, Properties: {} } } }"),
            "property Events.E.Type of resource Shop: its type SNS is not supported here",
        ),
        (
            function("{ Events: { E: { Type: SQS, Properties: { Queue: 'arn:x' } } } }"),
            "property Events.E.Properties.Queue of resource Shop: it refers to arn:x, which is no parameter and no resource that exists",
        ),
        (
            function(
                "{ Events: { E: { Type: Schedule, Properties: { Schedule: rate(1 minutes) } } } }",
            ),
            "property Events.E.Properties.Schedule of resource Shop: it must be rate(…) or cron(…), not \"rate(1 minutes)\"",
        ),
        (
            function(
                "{ Events: { E: { Type: HttpApi, Properties: { Path: /, Method: GET, Auth: { Authorizer: Who } } } } }",
            ),
            "property Events.E.Properties.Auth of resource Shop: it refers to Who, which is no parameter and no resource that exists",
        ),
        (
            "Resources: { A: { Type: AWS::IAM::Role, Properties: { Any: !Ref Nothing } } }"
                .to_owned(),
            "property Any of resource A: it refers to Nothing, which is no parameter and no resource that exists",
        ),
    ] {
        assert_eq!(error(&text), expected);
    }
}

#[test]
fn a_parameter_that_is_not_there_or_not_allowed_is_refused() {
    let text =
        "Parameters: { Stage: { Type: String, Default: a, AllowedValues: [a, b] } }\nResources: {}";
    for (name, value, expected) in [
        ("Stag", "a", "section Parameters.Stag: it is not known here"),
        (
            "Stage",
            "c",
            "section Parameters.Stage: it must be one of a, b, not \"c\"",
        ),
    ] {
        let given = Parameters::from([(name.to_owned(), value.to_owned())]);
        let error = Template::parse(text, &given).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_file_that_is_missing_and_text_that_is_not_yaml_are_told_apart() {
    let missing = Template::read("/nowhere/template.yaml", &Parameters::new()).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "the template /nowhere/template.yaml cannot be read"
    );
    assert_eq!(error("a: [b"), "the template is not YAML");
}
