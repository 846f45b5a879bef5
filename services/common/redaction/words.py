"""Words that stand where a name might, and are none."""

import re

UPPER = "[" + "".join(chr(c) for c in range(0x41, 0x530) if chr(c).isupper()) + "]"
"""A capital letter of the Latin, Greek or Cyrillic script, as a regular expression."""

_ROLES = """
support team customer customers client clients service services care help helpdesk desk sir sirs
madam madame ma'am all there everyone everybody
folks guys guy friend friends agent agents admin administrator sales billing office company
staff it hr manager management department people
larkspur hub sprig refill plus valued ladies ladies' gentlemen kundenservice kundendienst kunde
kunden kundin support-team supportteam
serviceteam damen herren herr frau team-support service-team équipe equipe soporte equipo
servicio atención cliente clientes atendimento suporte
messieurs mesdames monsieur señor señores señora sirs/madam technical tech user users bot
assistant mr mrs ms miss dr prof
zusammen leute alle alles hallo hi hello hey dear kundenbetreuung kundenbetreuer kundenteam
support-mitarbeiter it-support it-team
"""
_COMMON = """
i you we they he she it this that these those the a an and or but if so not no yes ok okay
please thanks thank regards best kind greetings hope
what when where why how who which is are was were am be been have has had do does did can could
will would should may might must my your our
their his her its here there now today tomorrow yesterday never ever still also just very really
too again since because after before for from to of on
in at by with about as into out up down over urgent urgently important immediately asap looking
writing contacting having getting trying
sure sorry unable able happy unhappy angry upset frustrated disappointed concerned worried
interested new old good bad great nice fine done
going waiting missing wrong right broken unacceptable ridiculous outrageous true false ready
back sent sending received any anyone everything
something nothing nobody someone one two three first second last next more most less
best-regards subject re fw fwd order orders invoice account
number e-mail email mail phone password app application product problem issue error question
request ticket refund payment delivery shipment
update information info details system server network software hardware data security cloud
project report api website internet online
der die das den dem des ein eine einen einem einer ich du er sie es wir ihr ihnen ihre mein
meine bitte danke und oder aber nicht kein keine ist sind
war bin habe haben hat wie was wo wann warum wer mit für von zu im am auf bei nach seit leider
auch noch schon vielen dank gruß grüße problem
el la los las un una le les des du de y e o que qué por para con sin su sus mi mis se me nos
merci gracias por favor obrigado obrigada voici
voilà je tu il elle nous vous ils o os as um uma não no si sí oui non ja nein
"""
_PLACES = """
monday tuesday wednesday thursday friday saturday sunday january february march april june july
august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec montag dienstag mittwoch donnerstag freitag
samstag sonntag christmas easter
american british english german french spanish italian portuguese dutch swiss austrian swedish
danish norwegian finnish polish czech greek irish
scottish welsh canadian australian indian chinese japanese korean mexican brazilian turkish
russian ukrainian european asian african belgian
hungarian romanian bulgarian croatian serbian israeli egyptian muslim christian jewish catholic
hispanic latino
usa uk us eu germany france spain italy portugal england europe america london berlin paris
amazon google apple microsoft paypal visa mastercard amex ebay facebook instagram whatsapp
twitter netflix dell hp lenovo cisco aws azure
windows linux android ios iphone ipad mac macbook office chrome firefox ups fedex dhl usps
hermes klarna stripe shopify samsung sony
ceo cto cfo vip pro premium gold silver member
"""
_ADVERBS = """
currently experiencing facing dealing receiving using requesting reaching seeking encountering
noticing reporting emailing calling asking
wondering told being locked stuck charged getting owner working living based located moving
traveling travelling planning considering thinking
confused tired sick fed aware afraid glad pleased grateful thankful honestly actually basically
probably definitely absolutely completely totally
extremely quite almost already always often sometimes usually finally only even well much many
such same like unlike both each every
"""

_CLOSINGS = """
cordialement atentamente atenciosamente saludos cumprimentos sincerely respectfully cheers gruß
abraços saluti groet groeten voraus antecipadamente
advance time equipo equipe caro cara sehr geehrte geehrter geehrtes liebe lieber liebes viele
freundliche freundlichen beste mit
"""

NO_NAME = frozenset((_ROLES + _COMMON + _PLACES + _ADVERBS + _CLOSINGS).split())
"""Lower case; a name ends before one of them, and does not begin with one."""

NO_NAME_INSIDE = re.compile(
    r"(?i)support|service|kund(?:e|in)|team|abteilung|system|software|unterstützung|verwaltung"
    r"|dienst|customer|plattform|platform|server|prozess|dashboard|daten(?!schlager)|management"
    r"|shop|network|app$|version|technolog|department"
)
"""A word with one of these in it is no name either."""

_ALSO_COMMON = """
mark grace hope rose summer autumn faith joy art bill frank jack pat rich rob will young long
short small little brown black white green gray grey king stone wood woods hill field fields
lake rivers banks bush park parks church bell ford price rice page case day days love best van
von der den ter ten del della dos bin ibn md phd jr sr street avenue
"""

NO_REPEATED_NAME = NO_NAME | frozenset(_ALSO_COMMON.split())
"""Lower case; parts of a name that are left alone elsewhere, since they are common words."""
