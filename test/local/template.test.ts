// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so CloudFormation and IAM write their variables.
import { describe, expect, test } from 'vitest';
import { buildModel } from '../../local/template/model.ts';
import { templateSchema } from '../../local/template/schema.ts';

function model(templates: Record<string, object>, parameters: Record<string, string> = {}) {
  const stacks = Object.entries(templates).map(([name, template]) => ({
    name,
    template: templateSchema.parse(template),
  }));
  return buildModel({ stacks, assets: new Map() }, parameters);
}

/** What a value becomes as an output of a small stack. */
function resolved(value: unknown, parameters: Record<string, string> = {}): unknown {
  const built = model(
    {
      Main: {
        Parameters: {
          Name: { Type: 'String', Default: 'macaw' },
          Names: { Type: 'CommaDelimitedList', Default: 'a,b,c' },
          Needed: { Type: 'String' },
        },
        Conditions: {
          IsMacaw: { 'Fn::Equals': [{ Ref: 'Name' }, 'macaw'] },
          Never: { 'Fn::And': [{ Condition: 'IsMacaw' }, { 'Fn::Not': [{ Condition: 'IsMacaw' }] }] },
          Always: { 'Fn::Or': [{ Condition: 'Never' }, { Condition: 'IsMacaw' }] },
        },
        Mappings: { Sizes: { big: { width: 10 } } },
        Resources: {
          Queue: { Type: 'AWS::SQS::Queue' },
          Ghost: { Type: 'AWS::SQS::Queue', Condition: 'Never' },
          Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: { 'Fn::Sub': '${Name}-items' } } },
          Holder: { Type: 'AWS::SNS::Topic', Properties: { Value: value } },
        },
      },
    },
    parameters,
  );
  return built.ofType('AWS::SNS::Topic')[0]?.properties().Value;
}

describe('intrinsic functions', () => {
  test.each([
    [{ Ref: 'Name' }, 'macaw'],
    [{ Ref: 'Names' }, ['a', 'b', 'c']],
    [{ Ref: 'AWS::AccountId' }, '000000000000'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'AWS::StackName' }, 'Main'],
    [{ keep: 1, drop: { Ref: 'AWS::NoValue' } }, { keep: 1 }],
    [['a', { Ref: 'AWS::NoValue' }], ['a']],
    [{ Ref: 'Table' }, 'macaw-items'],
    [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:us-east-1:000000000000:table/macaw-items'],
    [{ 'Fn::GetAtt': 'Table.Arn' }, 'arn:aws:dynamodb:us-east-1:000000000000:table/macaw-items'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Name' }]] }, 'a-macaw'],
    [{ 'Fn::Join': ['-', { Ref: 'Names' }] }, 'a-b-c'],
    [
      { 'Fn::Sub': '${Name}:${Table}:${Table.Arn}:${!Literal}' },
      'macaw:macaw-items:arn:aws:dynamodb:us-east-1:000000000000:table/macaw-items:${Literal}',
    ],
    [{ 'Fn::Sub': ['${x}-${Name}', { x: { Ref: 'AWS::Partition' } }] }, 'aws-macaw'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::FindInMap': ['Sizes', 'big', 'width'] }, 10],
    [{ 'Fn::If': ['IsMacaw', 'yes', 'no'] }, 'yes'],
    [{ 'Fn::If': ['Never', 'yes', { Ref: 'Name' }] }, 'macaw'],
    [{ 'Fn::If': ['Always', ['x'], []] }, ['x']],
  ])('%j is resolved', (value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  test('a given parameter replaces its default', () => {
    expect(resolved({ 'Fn::If': ['IsMacaw', 'yes', 'no'] }, { Name: 'toucan' })).toBe('no');
  });

  test.each([
    [{ 'Fn::Base64': 'x' }, 'Main/Holder (AWS::SNS::Topic): the local cloud does not implement Fn::Base64'],
    [{ Ref: 'Nobody' }, 'Main/Holder (AWS::SNS::Topic): there is no resource Nobody'],
    [{ Ref: 'Ghost' }, 'there is no resource Ghost'],
    [{ Ref: 'Needed' }, 'the parameter Needed has no value and no default'],
    [{ 'Fn::GetAtt': ['Table', 'Colour'] }, 'no attribute Colour of Table (AWS::DynamoDB::Table)'],
    [{ 'Fn::ImportValue': 'nothing' }, 'no stack exports nothing'],
  ])('%j fails with a sentence that says where', (value, message) => {
    expect(() => resolved(value)).toThrow(message);
  });
});

describe('the model', () => {
  const producer = {
    Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties: {} } },
    Outputs: { Table: { Value: { Ref: 'Table' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:Table' } } } },
  };
  const consumer = {
    Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { T: { 'Fn::ImportValue': 'Data:Table' } } } },
  };

  test.each([['before'], ['after']])('a stack may import from one that stands %s it', (order) => {
    const stacks = order === 'before' ? { Data: producer, Main: consumer } : { Main: consumer, Data: producer };
    expect(model(stacks).ofType('AWS::SNS::Topic')[0]?.properties().T).toMatch(/^Data-Table-[A-Z0-9]{12}$/);
  });

  test('names stay the same from run to run, and differ between resources', () => {
    const names = () => model({ Data: producer }).resources.map((resource) => resource.identity().ref);
    expect(names()).toEqual(names());
    expect(model({ Other: producer }).resources[0]?.identity().ref).not.toBe(names()[0]);
  });

  test('an unknown resource type is refused with stack and logical id', () => {
    expect(() => model({ Main: { Resources: { Vm: { Type: 'AWS::EC2::Instance' } } } })).toThrow(
      'Main/Vm (AWS::EC2::Instance): the local cloud knows no resource type AWS::EC2::Instance',
    );
  });
});
