/**
 * Who may do what: `+` is done, `-` is refused (401 or 403). Requests without a key or token are always refused.
 * In open mode, a token without the client key has the same rights as in strict mode.
 *
 * The user in the paths is Tom, who owns the group, is a member of the room, and has the installation. `friend` is Jerry:
 * a friend of Tom, and a member of the group and of the room. `other` is a user without any relation.
 *
 * A row ends with the status of a request that is done but fails, and with its query or body. Requests that change
 * something run in this order. So what ends the access of a caller comes last.
 */
export const REQUESTS = `
                                            key,  key,
                                            open  strict visitor other friend self master

GET    /ctx                                 +     -      -       +     +      +    +      ?_limit=1
GET    /ctx/{id}                            +     -      -       -     -      +    +
POST   /ctx/{id}                            +     -      -       -     -      +    +
GET    /ctx/{id}/attributes                 +     -      -       +     +      +    +
GET    /ctx/{id}/attributes/{name}          +     -      -       -     +      +    +
POST   /ctx/{id}/attributes                 +     -      -       -     -      +    +      {"a":1}
PUT    /ctx/{id}/attributes                 +     -      -       -     -      +    +      {"a":1}
DELETE /ctx/{id}/attributes                 +     -      -       -     -      +    +

POST   /ctx/{id}/friends                    +     -      -       -     -      +    +      ["{fid}"]
POST   /ctx/{id}/friends/{fid}              +     -      -       -     -      +    +
GET    /ctx/{id}/friends                    +     -      -       -     -      +    +
GET    /ctx/{id}/friends/{fid}              +     -      -       -     -      +    +
GET    /ctx/{id}/friends/{fid}/chats        +     -      -       -     -      +    +
GET    /ctx/{id}/friends/{fid}/chats/{messageId} +  -    -       -     -      +    +      404
PUT    /ctx/{id}/conversations/{type}/{peer}/messages/{messageId} + - - - - + +         404 {"content":{"body":"x"}}
DELETE /ctx/{id}/conversations/{type}/{peer}/messages/{messageId} + - - - - + +         404
PUT    /ctx/{id}/conversations/{type}/{peer}/messages/{messageId}/reactions/{reaction} + - - - - + + 404
DELETE /ctx/{id}/conversations/{type}/{peer}/messages/{messageId}/reactions/{reaction} + - - - - + + 404
DELETE /ctx/{id}/friends/{fid}              +     -      -       -     -      +    +

GET    /ctx/{id}/strangers                  +     -      -       -     -      +    +
GET    /ctx/{id}/strangers/{sid}            +     -      -       -     -      +    +      404
GET    /ctx/{id}/strangers/{sid}/chats      +     -      -       -     -      +    +
GET    /ctx/{id}/strangers/{sid}/chats/{messageId} + -   -       -     -      +    +      404

GET    /ctx/{id}/conversations              +     -      -       -     -      +    +
GET    /ctx/{id}/unread                     +     -      -       -     -      +    +
GET    /ctx/{id}/sync                       +     -      -       -     -      +    +      ?since={messageId}
PUT    /ctx/{id}/receipts                   +     -      -       -     -      +    +      {"enabled":true}
PUT    /ctx/{id}/conversations/{type}/{peer}/read + -    -       -     -      +    +      404 {"upTo":"{messageId}"}

GET    /ctx/{id}/blocks                     +     -      -       -     -      +    +
PUT    /ctx/{id}/blocks/{uid}               +     -      -       -     -      +    +
DELETE /ctx/{id}/blocks/{uid}               +     -      -       -     -      +    +
GET    /ctx/{id}/requests                   +     -      -       -     -      +    +
PUT    /ctx/{id}/requests/{type}/{peer}     +     -      -       -     -      +    +      404 {"accept":true}
DELETE /ctx/{id}/requests/{uid}             +     -      -       -     -      +    +      404
GET    /ctx/{id}/conversations/{type}/{peer}/settings + - -      -     -      +    +
PUT    /ctx/{id}/conversations/{type}/{peer}/settings + - -      -     -      +    +      {"muted":false}
GET    /ctx/{id}/push-settings              +     -      -       -     -      +    +
PUT    /ctx/{id}/push-settings              +     -      -       -     -      +    +      {"preview":true}

GET    /groups                              +     -      -       -     -      -    +      ?_limit=1
POST   /groups                              +     -      -       -     -      +    +      {"owner":"{user}"}
GET    /ctx/{id}/groups                     +     -      -       -     -      +    +
GET    /groups/{id}                         +     -      -       -     +      +    +
POST   /groups/{id}                         +     -      -       -     +      +    +
GET    /groups/{id}/chats                   +     -      -       -     +      +    +
GET    /groups/{id}/chats/{messageId}       +     -      -       -     +      +    +      404
GET    /groups/{id}/reads                   +     -      -       -     +      +    +
DELETE /groups/{id}/chats                   +     -      -       -     -      +    +
GET    /groups/{id}/invitations             +     -      -       -     -      +    +
DELETE /groups/{id}/invitations/{uid}       +     -      -       -     -      +    +      404
GET    /groups/{id}/attributes              +     -      -       -     +      +    +
GET    /groups/{id}/attributes/{name}       +     -      -       -     +      +    +
POST   /groups/{id}/attributes              +     -      -       -     -      +    +      {"a":1}
PUT    /groups/{id}/attributes              +     -      -       -     -      +    +      {"a":1}
DELETE /groups/{id}/attributes              +     -      -       -     -      +    +
POST   /groups/{id}/members                 +     -      -       -     -      +    +      {"members":["{fid}"]}
POST   /groups/{id}/members/{uid}           +     -      -       -     -      +    +
GET    /groups/{id}/admins                  +     -      -       -     +      +    +
GET    /groups/{id}/mutes                   +     -      -       -     -      +    +
PUT    /groups/{id}/admins/{uid}            +     -      -       -     -      +    +
DELETE /groups/{id}/admins/{uid}            +     -      -       -     -      +    +
PUT    /groups/{id}/mutes/{uid}             +     -      -       -     -      +    +      {"until":4102444800000}
DELETE /groups/{id}/mutes/{uid}             +     -      -       -     -      +    +
PUT    /groups/{id}                         +     -      -       -     -      +    +      {"owner":"{user}"}
DELETE /groups/{id}/members                 +     -      -       -     -      +    +      {"members":["{sid}"]}
DELETE /groups/{id}/members/{uid}           +     -      -       -     +      +    +
DELETE /groups/{id}                         +     -      -       -     -      +    +

GET    /rooms                               +     -      -       +     +      +    +      ?_limit=1
POST   /rooms                               +     -      -       +     +      +    +      {"members":[]}
GET    /ctx/{id}/rooms                      +     -      -       -     -      +    +
GET    /rooms/{id}                          +     -      -       -     +      +    +
POST   /rooms/{id}                          +     -      -       -     +      +    +
GET    /rooms/{id}/attributes               +     -      -       +     +      +    +
GET    /rooms/{id}/attributes/{name}        +     -      -       -     +      +    +
POST   /rooms/{id}/attributes               +     -      -       -     -      -    +      {"a":1}
PUT    /rooms/{id}/attributes               +     -      -       -     -      -    +      {"a":1}
DELETE /rooms/{id}/attributes               +     -      -       -     -      -    +
POST   /rooms/{id}/members                  +     -      -       -     -      -    +      {"members":["{fid}"]}
POST   /rooms/{id}/members/{uid}            +     -      -       -     +      -    +
GET    /rooms/{id}/mutes                    +     -      -       -     -      -    +
PUT    /rooms/{id}/mutes/{uid}              +     -      -       -     -      -    +      {"until":4102444800000}
DELETE /rooms/{id}/mutes/{uid}              +     -      -       -     -      -    +
DELETE /rooms/{id}/members                  +     -      -       -     -      -    +      {"members":["{sid}"]}
DELETE /rooms/{id}/members/{uid}            +     -      -       -     +      -    +
DELETE /rooms/{id}                          +     -      -       -     -      -    +

POST   /passengers                          +     -      +       -     -      -    +      {"id":"{visitor}","a":1}
GET    /passengers/{id}                     +     -      +       -     -      -    +
POST   /passengers/{id}                     +     -      +       -     -      -    +
GET    /passengers/{id}/chats/{uid}         +     -      +       -     -      +    +
GET    /passengers/{id}/chats/{uid}/{messageId} + -      +       -     -      +    +      404

POST   /system                              +     -      -       -     -      -    +      {"content":{"body":"x"}}
POST   /system/{id}                         +     -      -       -     -      -    +      {"content":{"body":"x"}}

POST   /attachment                          +     -      +       +     +      +    +      {"filename":"a.png","contentType":"image/png","size":1}

POST   /2.0/installations                   +     -      -       -     -      +    +      {"installationId":"{install}"}
GET    /2.0/installations/{id}              +     -      -       -     -      +    +
PUT    /2.0/installations/{id}              +     -      -       -     -      +    +      {"badge":0}
DELETE /ctx/{id}/installs/{installId}       +     -      -       -     -      +    +

PUT    /2.0/push/credentials/{platform}     -     -      -       -     -      -    +      400 {"file":"none"}
GET    /2.0/push/credentials                -     -      -       -     -      -    +
PUT    /2.0/push/settings                   -     -      -       -     -      -    +      {}
GET    /2.0/push/settings                   -     -      -       -     -      -    +
POST   /2.0/push/test                       -     -      -       -     -      -    +      {"user":"{user}"}

GET    /statistics                          -     -      -       -     -      -    +
GET    /statistics/now                      -     -      -       -     -      -    +
GET    /settings                            -     -      -       -     -      -    +
PATCH  /settings                            -     -      -       -     -      -    +      {"groupMembers":50}
GET    /webhooks                            -     -      -       -     -      -    +
POST   /webhooks                            -     -      -       -     -      -    +      400 {"url":"https://10.0.0.1/","before":["login"]}
PATCH  /webhooks/{id}                       -     -      -       -     -      -    +      404 {"enabled":false}
POST   /webhooks/{id}/secret                -     -      -       -     -      -    +      404 {}
POST   /webhooks/{id}/test                  -     -      -       -     -      -    +      404
DELETE /webhooks/{id}                       -     -      -       -     -      -    +      404
GET    /audit                               -     -      -       -     -      -    +
GET    /ctx/{id}/devices                    -     -      -       -     -      -    +
GET    /words                               -     -      -       -     -      -    +
PUT    /words                               -     -      -       -     -      -    +      {"words":[]}
GET    /flagged                             -     -      -       -     -      -    +
DELETE /flagged/{messageId}                 -     -      -       -     -      -    +
GET    /ctx/{id}/ban                        -     -      -       -     -      -    +
GET    /ctx/{id}/deletion                   -     -      -       -     -      -    +      404
DELETE /ctx/{id}/sessions/{connection}      -     -      -       -     -      +    +      404
DELETE /ctx/{id}/sessions                   -     -      -       -     -      +    +
DELETE /ctx/{id}/ban                        -     -      -       -     -      -    +
GET    /failures                            -     -      -       -     -      -    +

POST   /2.0/requestLoginSmsCode             +     +      +       +     +      +    +      {"mobilePhone":"{phone}"}
POST   /2.0/loginByMobilePhone              +     +      +       +     +      +    +      400 {"mobilePhone":"{phone}","smsCode":"1"}
POST   /2.0/requestPasswordReset            +     +      +       +     +      +    +      {"mobilePhone":"{phone}"}
POST   /2.0/resetPasswordBySmsCode          +     +      +       +     +      +    +      400 {"mobilePhone":"{phone}","smsCode":"1","password":"x"}
POST   /2.0/users                           +     +      +       +     +      +    +      {"username":"{fresh}","password":"x"}
GET    /2.0/login                           +     +      +       +     +      +    +      ?username={username}&password={password}
POST   /2.0/login                           +     +      +       +     +      +    +      {"username":"{username}","password":"{password}"}
POST   /2.0/tokens                          -     -      -       -     -      -    +      {"id":"{fid}"}
GET    /2.0/users                           -     -      -       -     -      -    +      ?limit=1
GET    /2.0/users/{id}                      -     -      -       -     -      +    +
PUT    /2.0/users/{id}                      -     -      -       -     -      +    +      {"age":3}
GET    /2.0/sessions                        -     -      -       -     -      +    +      ?user={user}
DELETE /2.0/sessions/{id}                   -     -      -       -     -      +    +      ?user={user}
DELETE /2.0/sessions                        -     -      -       -     -      +    +      ?user={user}
POST   /2.0/updatePassword                  -     -      -       -     -      +    -      {"password":"{password}","newPassword":"{password}"}
GET    /2.0/logout                          -     -      +       +     +      +    +
POST   /2.0/logout                          -     -      +       +     +      +    +
DELETE /2.0/users/{id}                      -     -      -       -     -      +    +
PUT    /ctx/{id}/ban                        -     -      -       -     -      -    +      {}
DELETE /ctx/{id}                            -     -      -       -     -      +    +
`;

/**
 * The same for events: who may send them, to whom. `anonymous` is connected and not logged in. `elsewhere` is a user of
 * another application. Jerry and the visitor write to Tom, and users to the visitor.
 */
export const EVENTS = `
                anonymous visitor other friend elsewhere

say friend      -         +       -     +      -
say group       -         -       -     +      -
say room        -         -       -     +      -
say visitor     -         -       +     +      -
say stranger    -         +       +     +      -
read            -         -       -     +      -
edit            -         -       -     +      -
react           -         -       -     +      -
recall          -         -       -     +      -
signal friend   -         +       -     +      -
signal group    -         -       -     +      -
signal room     -         -       -     +      -
signal visitor  -         -       +     +      -
signal stranger -         +       +     +      -
background      -         +       +     +      +
foreground      -         +       +     +      +
`;

export interface Row {
  /** `GET /ctx/{id}`, or the event. */
  readonly name: string;
  /** Whether the caller of each column may. */
  readonly allowed: readonly boolean[];
  /** The status of a request that is done, if not 2xx. */
  readonly status: number | undefined;
  /** The body, or the query after a question mark. */
  readonly input: string;
}

const ROW = /^(\S+(?: +[^-+\s]\S*)?) +([-+](?: +[-+])+)(?: +(\d{3})(?= |$))?(?: +(\S+))?$/;

/** The rows of a table. Lines of the header have no marks. */
export function rowsOf(table: string): Row[] {
  return table.split('\n').flatMap((line) => {
    const [, name, marks, status, input = ''] = ROW.exec(line.trimEnd()) ?? [];
    if (name === undefined || marks === undefined) return [];
    const allowed = marks.split(/ +/).map((mark) => mark === '+');
    return [{ name: name.replace(/ +/, ' '), allowed, status: status ? Number(status) : undefined, input }];
  });
}
