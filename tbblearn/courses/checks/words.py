"""The sentences of the check in the language of the page.

The check speaks English, to the command line. Each of its templates (see `findings.said`) has its words here, with the
same names in it. `finding_words` puts them together.
"""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from tbblearn.courses.files.findings import Finding, Said


def finding_words(finding: Finding) -> str:
    """What is wrong on a line and how to mend it, as a page says it."""
    return _translated(finding.message)


def _translated(sentence: str) -> str:
    """A sentence in the page's language; as it is, where there are no words for it."""
    template, values = (sentence.template, sentence.values) if isinstance(sentence, Said) else (sentence, {})
    words = SENTENCES.get(template)
    if words is None:
        return sentence
    return str(words) % {
        name: _translated(value) if isinstance(value, Said) else value for name, value in values.items()
    }


SENTENCES: Mapping[str, object] = {
    "fill it": _l("fyll den"),
    "fill it, or let a named role waive it": _l("fyll den, eller låt en namngiven roll avstå från den"),
    "{wants}; {mend} before production": _l("%(wants)s: %(mend)s före drift"),
    "the placeholder {id} waits for {owner} until {due}: {needed}": _l(
        "Platshållaren %(id)s väntar på %(owner)s till %(due)s: %(needed)s"
    ),
    "{wants} (waived by {role})": _l("%(wants)s (%(role)s har avstått från den)"),
    "no course here; each course is a folder with a file course.yaml": _l(
        "Det finns ingen kurs här. En kurs är en mapp med filen course.yaml."
    ),
    "course.yaml is missing; every folder here is a course and needs one": _l(
        "course.yaml saknas. Varje mapp här är en kurs och behöver en."
    ),
    "this is one course; name the folder that holds it: {parent}": _l(
        "Det här är en kurs. Ange mappen som den ligger i: %(parent)s"
    ),
    "a symbolic link; put the files themselves here": _l("En genväg. Lägg själva filerna här."),
    "the file is missing: a part is written in every language; translate the part": _l(
        "Filen saknas. En del skrivs på alla språk. Översätt delen."
    ),
    "nothing uses this file; use it or delete it": _l("Ingenting använder filen. Använd den eller ta bort den."),
    "there is no folder {name} with files; make it or correct the name": _l(
        "Det finns ingen mapp %(name)s med filer. Skapa den eller rätta namnet."
    ),
    "a symbolic link; put the file itself here": _l("En genväg. Lägg själva filen här."),
    "more than {most} files; a course has far fewer": _l("Fler än %(most)s filer. En kurs har långt färre."),
    "nothing uses the folder {name}; list it in course.yaml or delete it": _l(
        "Ingenting använder mappen %(name)s. Ta med den i course.yaml eller ta bort den."
    ),
    "the picture {file} must lie beside the part; write its name only": _l(
        "Bilden %(file)s ska ligga bredvid delen. Skriv bara dess namn."
    ),
    "this is no ordinary file; remove it": _l("Det här är ingen vanlig fil. Ta bort den."),
    "there is no picture {file} beside the part; put it there": _l(
        "Det finns ingen bild %(file)s bredvid delen. Lägg den där."
    ),
    "raw HTML is not allowed: {shown}; use Markdown, or write &lt; for a < that is meant": _l(
        "HTML går inte att använda: %(shown)s. Använd Markdown, eller skriv < som &lt;"
    ),
    "no screen; start one with a heading such as ## Rubrik {#screen-id}": _l(
        "Ingen skärm. Börja en med en rubrik som ## Rubrik {#skarmens-id}"
    ),
    "this screen begins inside a box or list; close the box above with ::: on a line of its own": _l(
        "Skärmen börjar inne i en ruta eller lista. Avsluta rutan ovanför med ::: på en egen rad."
    ),
    "the screen has no id; end its heading with one, such as {#tidigt-ar-nu}": _l(
        "Skärmen har inget id. Avsluta rubriken med ett, till exempel {#tidigt-ar-nu}"
    ),
    "the screen has no title; write one before its id": _l("Skärmen har ingen rubrik. Skriv en före dess id."),
    "a heading made by underlining; write ### before it, or leave an empty line before ---": _l(
        "En understruken rubrik. Skriv ### före den, eller lämna en tom rad före ---"
    ),
    "the source block is empty; write a line such as - 003, Bakgrund": _l(
        "Källblocket är tomt. Skriv en rad som - 003, Bakgrund"
    ),
    "the case has no title; write it after ::: case": _l("Fallet har ingen rubrik. Skriv den efter ::: case"),
    "a box inside a box; close the first one with ::: before this line": _l(
        "En ruta inne i en ruta. Avsluta den första med ::: före den här raden."
    ),
    "a picture must stand in a paragraph of its own; leave an empty line before and after it": _l(
        "En bild ska stå i ett eget stycke. Lämna en tom rad före och efter den."
    ),
    "text before the first screen; put a heading such as ## Rubrik {#screen-id} above it": _l(
        "Text före den första skärmen. Sätt en rubrik som ## Rubrik {#skarmens-id} ovanför."
    ),
    "the screen id {screen} must have small letters a-z, digits and single hyphens only": _l(
        "Skärmens id %(screen)s får bara ha små bokstäver a–z, siffror och enkla bindestreck."
    ),
    "the screen {screen} is empty; write something or remove it": _l(
        "Skärmen %(screen)s är tom. Skriv något eller ta bort den."
    ),
    "the part's title stands in course.yaml; use ## for a screen": _l(
        "Delens rubrik står i course.yaml. Använd ## för en skärm."
    ),
    "the block {kind} is never closed; end it with {markup} on a line of its own": _l(
        "Blocket %(kind)s avslutas aldrig. Avsluta det med %(markup)s på en egen rad."
    ),
    "unknown block {kind}; the fenced blocks are {fences}": _l("Okänt block %(kind)s. Blocken är %(fences)s."),
    "a {kind} has no title; remove the text after ::: {kind}": _l(
        "En ruta %(kind)s har ingen rubrik. Ta bort texten efter ::: %(kind)s"
    ),
    "the picture {file} has no text alternative; say in [ ] what the picture tells": _l(
        "Bilden %(file)s saknar text för den som inte ser den. Skriv i [ ] vad bilden säger."
    ),
    "this heading is too deep; use ###": _l("Rubriken är för djup. Använd ###"),
    "each source stands on a line of its own after a dash and a space": _l(
        "Varje källa står på en egen rad efter bindestreck och mellanslag."
    ),
    "the box ::: {kind} is never closed; end it with ::: on a line of its own": _l(
        "Rutan ::: %(kind)s avslutas aldrig. Avsluta den med ::: på en egen rad."
    ),
    "unknown box {word}; the boxes are {boxes}": _l("Okänd ruta %(word)s. Rutorna är %(boxes)s."),
    "a practice question cannot stand inside a box or list; move it out": _l(
        "En övningsfråga kan inte stå inne i en ruta eller lista. Flytta ut den."
    ),
    "a link that cannot be read; write [words](screen:part/screen) without spaces inside ()": _l(
        "En länk som inte går att läsa. Skriv [ord](screen:del/skarm) utan mellanslag inom ()"
    ),
    "an id such as {#name} belongs at the end of a ## heading only": _l(
        "Ett id som {#namn} hör bara hemma sist i en rubrik med ##"
    ),
    "a line across; start a new screen with ## instead": _l(
        "Ett streck tvärs över. Börja en ny skärm med ## i stället."
    ),
    "a quotation block (>); use ::: tip or an ordinary paragraph": _l(
        "Ett citatblock (>). Använd ::: tip eller ett vanligt stycke."
    ),
    "text indented by four spaces; remove the indentation": _l("Text som är indragen fyra steg. Ta bort indraget."),
    "text between backquotes; write it without them, or in **bold**": _l(
        "Text mellan grava accenter. Skriv den utan dem, eller i **fetstil**"
    ),
    "remove <!DOCTYPE ...>; entities are not read": _l("Ta bort <!DOCTYPE ...>"),
    "pictures end in {endings}; save it as one of these": _l(
        "Bilder slutar på %(endings)s. Spara den som något av dem."
    ),
    "the picture is too large: {size} bytes; make it at most {most}": _l(
        "Bilden är för stor: %(size)s byte. Gör den högst %(most)s."
    ),
    "the picture is too large: {width} x {height}; each side must be 1 to {most} pixels": _l(
        "Bilden är för stor: %(width)s x %(height)s. Varje sida får vara 1 till %(most)s bildpunkter."
    ),
    "remove the instruction <?...?>": _l("Ta bort instruktionen <?...?>"),
    'the picture has no size; give <svg> a viewBox such as "0 0 640 360"': _l(
        'Bilden har ingen storlek. Ge <svg> en viewBox som "0 0 640 360"'
    ),
    "the style refers outside the picture or hides something; use plain colours and shapes": _l(
        "Stilen leder utanför bilden eller döljer något. Använd enkla färger och former."
    ),
    "this is no {media_type} picture; save it again in the format that its name tells": _l(
        "Det här är ingen bild av slaget %(media_type)s. Spara den igen i det format som namnet säger."
    ),
    "<{name}> does not belong to SVG; save the picture as plain SVG": _l(
        "<%(name)s> hör inte till SVG. Spara bilden som vanlig SVG."
    ),
    'the picture must begin with <svg xmlns="{svg}">': _l('Bilden ska börja med <svg xmlns="%(svg)s">'),
    "the event handler {name} on <{element}> is not allowed; remove it": _l(
        "Händelsen %(name)s på <%(element)s> är inte tillåten. Ta bort den."
    ),
    "not a readable SVG: {problem}; save it again as plain SVG": _l(
        "SVG-bilden går inte att läsa: %(problem)s. Spara den igen som vanlig SVG."
    ),
    "<{element}> refers outside the picture ({name}); only #names of its own parts are allowed": _l(
        "<%(element)s> leder utanför bilden (%(name)s). Bara #namn på bildens egna delar är tillåtna."
    ),
    "url({target}) refers outside the picture; only #names of its own parts are allowed": _l(
        "url(%(target)s) leder utanför bilden. Bara #namn på bildens egna delar är tillåtna."
    ),
    "<{name}> is not allowed in a picture; draw it with shapes": _l(
        "<%(name)s> är inte tillåtet i en bild. Rita det med former."
    ),
    "a picture must not hold a script; remove <script>": _l("En bild får inte ha ett skript. Ta bort <script>"),
    "a picture must not hold other pages; remove <foreignObject>": _l(
        "En bild får inte ha andra sidor i sig. Ta bort <foreignObject>"
    ),
    "a picture holds no text, which could be neither translated nor enlarged; say it in the part": _l(
        "En bild har ingen text, för den går varken att översätta eller förstora. Skriv den i delen."
    ),
    "a picture must not fetch other pictures; draw it, or use the other picture by itself": _l(
        "En bild får inte hämta andra bilder. Rita den, eller använd den andra bilden för sig."
    ),
    "a picture must not hold links; put the link in the part": _l("En bild får inte ha länkar. Sätt länken i delen."),
    "the question {name} has no right answer; write correct: true at one choice": _l(
        "Frågan %(name)s har inget rätt svar. Skriv correct: true vid ett svar."
    ),
    "true_false has exactly two choices, with the ids yes and no; mend {name}": _l(
        "true_false har precis två svar, med id yes och no. Rätta %(name)s."
    ),
    "the question {name} has {right} right answers; a {kind} question has exactly one": _l(
        "Frågan %(name)s har %(right)s rätta svar. En fråga av slaget %(kind)s har precis ett."
    ),
    "the question {name} has one right answer; multiple needs at least two, or use single": _l(
        "Frågan %(name)s har ett rätt svar. multiple behöver minst två, annars är det single."
    ),
    "{what} cannot be used in a question; only paragraphs and **bold** can": _l(
        "I en fråga går det inte att använda %(what)s, bara stycken och **fetstil**"
    ),
    "links": _l("länkar"),
    "pictures": _l("bilder"),
    "italics": _l("kursiv stil"),
    "backquotes": _l("grava accenter"),
    "lists": _l("listor"),
    "headings": _l("rubriker"),
    "quotation blocks": _l("citatblock"),
    "fenced blocks": _l("block"),
    "indented blocks": _l("indragna block"),
    "lines across": _l("streck tvärs över"),
    "raw HTML is not allowed: {shown}; write plain text": _l(
        "HTML går inte att använda: %(shown)s. Skriv vanlig text."
    ),
    "every choice of {name} is right; at least one must be wrong": _l(
        "Alla svar i %(name)s är rätt. Minst ett måste vara fel."
    ),
    " (and on {faulty} more lines)": _l(" (och på %(faulty)s rader till)"),
    "tab in YAML; indent with two spaces, and use spaces elsewhere": _l(
        "Tabb i YAML. Dra in med två mellanslag, och använd mellanslag i övrigt."
    ),
    "not YAML: {problem}; {hint}": _l("Filen går inte att läsa som YAML (%(problem)s): %(hint)s"),
    "the file has {size} bytes; split it, at most {most} are read": _l(
        "Filen har %(size)s byte. Dela den, högst %(most)s läses."
    ),
    "not YAML: {error}": _l("Filen går inte att läsa som YAML: %(error)s"),
    "look at this line and the one above it": _l("se på den här raden och den ovanför"),
    "a text with a colon and a space in it needs quotation marks around it": _l(
        "en text med kolon och mellanslag i sig behöver citattecken runt sig"
    ),
    "every key ends with a colon, and a long text needs `|` after its key": _l(
        "varje nyckel slutar med kolon, och en lång text behöver `|` efter sin nyckel"
    ),
    "the line is not indented like the lines that it belongs with": _l(
        "raden är inte indragen som raderna den hör ihop med"
    ),
    "the line is not indented like the lines above it": _l("raden är inte indragen som raderna ovanför"),
    "put quotation marks around the whole text, and none within it": _l(
        "sätt citattecken runt hela texten och inga inne i den"
    ),
    "a text that begins with this character needs quotation marks around it": _l(
        "en text som börjar med det här tecknet behöver citattecken runt sig"
    ),
    "after > or | the text begins on the line below": _l("efter > eller | börjar texten på raden under"),
    "write two backslashes for one, or use single quotation marks": _l(
        "skriv två omvända snedstreck för ett, eller använd enkla citattecken"
    ),
    "after the colon stands {name}; write an ordinary space": _l(
        "efter kolonet står %(name)s. Skriv ett vanligt mellanslag"
    ),
    "a space is missing after the colon": _l("det saknas ett mellanslag efter kolonet"),
    "here stands {name}; a text needs straight quotation marks around it": _l(
        "här står %(name)s. Citattecken runt en text ska vara raka"
    ),
    "the quotation mark that opens this text is never closed; write another one where the text ends": _l(
        "Citattecknet som inleder texten har inget som avslutar den. Skriv ett till där texten slutar."
    ),
    "the text ends before this, which is not read: {lost}; put quotation marks around the whole text": _l(
        "Texten tar slut före ”%(lost)s”, som inte läses. Sätt citattecken runt hela texten."
    ),
    "{characters} in place of a hyphen and a space; begin the list item with - and a space": _l(
        "Här står %(characters)s i stället för bindestreck och mellanslag. Börja raden med - och ett mellanslag."
    ),
    "{name} in the indentation; write ordinary spaces": _l("%(name)s i indraget. Skriv vanliga mellanslag."),
    "more than {most} levels of indentation": _l("Fler än %(most)s steg av indrag."),
    "more lines than can be read; split the file": _l("Filen har fler rader än vi läser. Dela den."),
    "a paragraph of more than 5,000 characters, or of more than 500 marks such as [ and *, is not read; divide it by "
    "empty lines": _l(
        "Ett stycke med fler än 5\u00a0000 tecken, eller fler än 500 märken som [ och *, läses inte. "
        "Dela det med tomma rader."
    ),
    "the file is {encoding}; save it as UTF-8": _l("Filen är sparad som %(encoding)s. Spara den som UTF-8."),
    "{shown} looks like text read in the wrong encoding{more}; open the original as UTF-8 and copy it": _l(
        "%(shown)s ser ut som text som är läst med fel teckenkodning%(more)s. Öppna originalet som UTF-8 och kopiera."
    ),
    "{one} and {other} read the same ({language}), and only one is right; rewrite one": _l(
        "%(one)s och %(other)s har samma text (%(language)s), och bara den ena är rätt. Skriv om en av dem."
    ),
    "{one} and {other} read the same ({language})": _l("%(one)s och %(other)s har samma text (%(language)s)."),
    "cells in this row: {cells}, in the table's head: {columns}; write as many, \\| for a | in a text, and an empty "
    "line after the table": _l(
        "Celler i raden: %(cells)s, i tabellens huvud: %(columns)s. Skriv lika många, \\| för ett | i en text, och en "
        "tom rad efter tabellen."
    ),
    "columns in the line under the table's head: {under}, in the head: {head}; write as many": _l(
        "Kolumner i raden under tabellens huvud: %(under)s, i huvudet: %(head)s. Skriv lika många."
    ),
    "a table has a head, and under it a line such as |---|---|; it ends at an empty line": _l(
        "En tabell har ett huvud, och under det en rad som |---|---|. Den slutar vid en tom rad."
    ),
    "this is taken for a link's address and not shown: {shown}; write it otherwise": _l(
        "Det här läses som adressen till en länk och visas inte: %(shown)s. Skriv det på ett annat sätt."
    ),
    "the text in quotation marks after a link's address is not shown; remove it": _l(
        "Texten inom citattecken efter länkens adress visas inte. Ta bort den."
    ),
    "{mark} stands in the text as it is; {hint}": _l("%(mark)s står i texten som det är: %(hint)s"),
    "bold is written **so**, without spaces inside the asterisks": _l(
        "fetstil skrivs **så**, utan mellanslag innanför asteriskerna"
    ),
    "a text cannot be struck out; remove the marks": _l("text går inte att stryka över, ta bort tecknen"),
    "there are no boxes to tick; write a list with - or remove it": _l(
        "det finns inga rutor att kryssa i, skriv en lista med - eller ta bort det"
    ),
    "a heading stands in a part, as ### with a space after it": _l(
        "en rubrik hör hemma i en del och skrivs ### med ett mellanslag efter"
    ),
    "a table stands in a part, with a line |---|---| under its head": _l(
        "en tabell hör hemma i en del, med en rad |---|---| under sitt huvud"
    ),
    "begin a list item with a hyphen and a space, with an empty line above the list": _l(
        "börja en sak i en lista med bindestreck och mellanslag, och lämna en tom rad ovanför listan"
    ),
    "course.yaml is missing here and stands in {deeper}; move that folder up beside the other courses, or name the "
    "folder that holds it": _l(
        "course.yaml saknas här men finns i %(deeper)s. Flytta upp den mappen bredvid de andra kurserna, eller ange "
        "mappen som den ligger i."
    ),
    "braces { }; write one key a line, indented by two spaces": _l(
        "Klammer { }. Skriv en nyckel per rad, indragen två mellanslag."
    ),
    "brackets [ ]; write one item a line, each after a dash": _l(
        "Hakparenteser [ ]. Skriv en sak per rad, var och en efter ett bindestreck."
    ),
    "a key must be a plain word": _l("En nyckel ska vara ett enkelt ord."),
    "not UTF-8: byte 0x{byte} at position {start} of the file{more}; save the file as UTF-8": _l(
        "Inte UTF-8: byte 0x%(byte)s på plats %(start)s i filen%(more)s. Spara filen som UTF-8."
    ),
    "invisible control character U+{number}; delete it": _l("Osynligt styrtecken U+%(number)s. Ta bort det."),
    "a second YAML document; one file holds one, remove the line ---": _l(
        "Ett andra YAML-dokument. En fil har ett, ta bort raden ---"
    ),
    "&{anchor} is not needed; write the text out where it is used": _l(
        "&%(anchor)s behövs inte. Skriv ut texten där den används."
    ),
    "the tag {tag} is not allowed; remove it": _l("Taggen %(tag)s är inte tillåten. Ta bort den."),
    "the key {key} is written twice here; remove one (the first is used)": _l(
        "Nyckeln %(key)s står två gånger här. Ta bort den ena (den första används)."
    ),
    "id must come first in its list item; move the line up to the dash": _l(
        "id ska stå först i sin punkt. Flytta upp raden till bindestrecket."
    ),
    "*{anchor} repeats something by reference; write it out": _l(
        "*%(anchor)s upprepar något genom hänvisning. Skriv ut det."
    ),
    "known: {names}": _l("De som finns är: %(names)s."),
    "did you mean {close}?": _l("Menade du %(close)s?"),
    "there is none yet": _l("Det finns ingen än."),
    "known: {names} and {more} more": _l("De som finns är: %(names)s och %(more)s till."),
    "the id {slug} must be the folder's name, {folder}; rename one of them": _l(
        "Kursens id %(slug)s ska vara samma som mappens namn, %(folder)s. Byt namn på en av dem."
    ),
    "there is no other course {course}; {mend}": _l("Det finns ingen annan kurs %(course)s i filen. %(mend)s"),
    "a material change says how it counts; add a line counts: with next_cycle, read or renew": _l(
        "En ändring i sak säger hur den räknas. Lägg till raden counts: med next_cycle, read eller renew."
    ),
    "renew needs a day; add a line such as renew_by: 2027-05-01": _l(
        "renew behöver en dag. Lägg till en rad som renew_by: 2027-05-01"
    ),
    "renew_by belongs to counts: renew only; remove the line": _l(
        "renew_by hör bara till counts: renew. Ta bort raden."
    ),
    "counts belongs to a material change only; remove the line": _l(
        "counts hör bara till en ändring i sak. Ta bort raden."
    ),
    "the screen {missing} is missing here (it is in {name}:{line}); translate it": _l(
        "Skärmen %(missing)s saknas här (den står i %(name)s:%(line)s). Översätt den."
    ),
    "the screen {extra} is not in {name}; use the same id in every language, or remove it": _l(
        "Skärmen %(extra)s finns inte i %(name)s. Använd samma id på alla språk, eller ta bort den."
    ),
    "the screen {screen} must have the same practice questions in the same order as {name} ({ours})": _l(
        "Skärmen %(screen)s ska ha samma övningsfrågor i samma ordning som %(name)s (%(ours)s)"
    ),
    "the placeholder {missing} is missing here (it is in {name}:{line}); add it": _l(
        "Platshållaren %(missing)s saknas här (den står i %(name)s:%(line)s). Lägg till den."
    ),
    "the placeholder {extra} is not in {name}; add it there or remove it here": _l(
        "Platshållaren %(extra)s finns inte i %(name)s. Lägg till den där eller ta bort den här."
    ),
    "the {what} {name} is used twice, first in {first}; rename one": _l(
        "%(what)s %(name)s används två gånger, först i %(first)s. Byt namn på den ena."
    ),
    "goal id": _l("Målets id"),
    "part id": _l("Delens id"),
    "folder": _l("Mappen"),
    "change id": _l("Ändringens id"),
    "question id": _l("Frågans id"),
    "choice id": _l("Svarets id"),
    "there is no part {part}; {mend}": _l("Det finns ingen del %(part)s. %(mend)s"),
    "the goal {goal} has no question; write one in a quiz.yaml with this goal": _l(
        "Målet %(goal)s har ingen fråga. Skriv en i en quiz.yaml med det här målet."
    ),
    "the course {course} has no goal {goal}; {mend}": _l("Kursen %(course)s har inget mål %(goal)s. %(mend)s"),
    "the placeholder id {placeholder} is used twice; rename one": _l(
        "Platshållarens id %(placeholder)s används två gånger. Byt namn på den ena."
    ),
    "the screen {expected} comes here in {name}; keep the same order in every language": _l(
        "Här kommer skärmen %(expected)s i %(name)s. Ha samma ordning på alla språk."
    ),
    "the placeholder {placeholder} must have the same due, blocking and waived as in {name}": _l(
        "Platshållaren %(placeholder)s ska ha samma due, blocking och waived som i %(name)s"
    ),
    "no screen of {slug} shows the practice question {question} (part {module})": _l(
        "Ingen skärm i %(slug)s visar övningsfrågan %(question)s (delen %(module)s)."
    ),
    "there is no goal {goal} in course.yaml; {mend}": _l("Det finns inget mål %(goal)s i course.yaml. %(mend)s"),
    "the screen id {screen} is used twice, first on line {seen}; rename one": _l(
        "Skärmens id %(screen)s används två gånger, först på rad %(seen)s. Byt namn på den ena."
    ),
    "there is no practice question {practice}; {mend}": _l("Det finns ingen övningsfråga %(practice)s. %(mend)s"),
    "there is no screen {screen}; {mend}": _l("Det finns ingen skärm %(screen)s. %(mend)s"),
    "none": _l("ingen"),
    "the link {link} leads nowhere; write screen:part/screen, or an address with https://": _l(
        "Länken %(link)s leder ingenstans. Skriv screen:del/skarm, eller en adress med https://"
    ),
    "{name} must be text; write it after the colon": _l("%(name)s ska vara text. Skriv den efter kolonet."),
    "{name} cannot be {value}; write {expected}": _l("%(name)s kan inte vara %(value)s. Skriv %(expected)s."),
    "{name} cannot be {value}; {hint}": _l("%(name)s kan inte vara %(value)s: %(hint)s"),
    "write a number and a capital letter, such as 1A": _l("skriv en siffra och en stor bokstav, till exempel 1A"),
    "write the part's id, a slash and the screen's id, such as varfor/tidigt-ar-nu": _l(
        "skriv delens id, ett snedstreck och skärmens id, till exempel varfor/tidigt-ar-nu"
    ),
    "use small letters a-z, digits and single hyphens, such as ratt-vag-in": _l(
        "använd små bokstäver a–z, siffror och enkla bindestreck, till exempel ratt-vag-in"
    ),
    "unknown key {key}; {mend}": _l("Okänd nyckel %(key)s. %(mend)s"),
    "{name} must be a day such as 2027-03-31": _l("%(name)s ska vara en dag som 2027-03-31"),
    "{name}: {problem}": _l("%(name)s: %(problem)s"),
    "{name} must be text; put quotation marks around {value}": _l(
        "%(name)s ska vara text. Sätt citattecken runt %(value)s"
    ),
    "{name} is missing; add a line {name}:": _l("%(name)s saknas. Lägg till en rad %(name)s:"),
    "{name} is empty; write something after the colon": _l("%(name)s är tom. Skriv något efter kolonet."),
    "{name} is too long; at most {most} characters": _l("%(name)s är för lång. Högst %(most)s tecken."),
    "{name} must be true or false": _l("%(name)s ska vara true eller false"),
    "{name} must be a whole number, in digits and without quotation marks": _l(
        "%(name)s ska vara ett helt tal, med siffror och utan citattecken"
    ),
    "{name} must be at least {least}": _l("%(name)s ska vara minst %(least)s"),
    "{name} must be at most {most}": _l("%(name)s får vara högst %(most)s"),
    "{name} must be a list; write each item on a line of its own after a dash": _l(
        "%(name)s ska vara en lista. Skriv varje sak på en egen rad efter ett bindestreck."
    ),
    "{name} needs at least {least} items": _l("%(name)s behöver minst %(least)s saker"),
    "{name} must hold keys and values, indented by two spaces": _l(
        "%(name)s ska ha nycklar och värden, indragna två mellanslag"
    ),
    "the {language} text of {name} is missing; add a line {key}:": _l(
        "Den %(language)s texten i %(name)s saknas. Lägg till en rad %(key)s:"
    ),
    "the {language} text of {name} is empty; write it after {key}:": _l(
        "Den %(language)s texten i %(name)s är tom. Skriv den efter %(key)s:"
    ),
    "Swedish": _l("svenska"),
    "English": _l("engelska"),
    "the file": _l("filen"),
    "item {number} of {name}": _l("sak %(number)s i %(name)s"),
    "remove it (known here: {names})": _l("Ta bort den (här finns: %(names)s)."),
    "the file is empty; it needs {keys}": _l("Filen är tom. Den behöver %(keys)s."),
    "{least} to {most}": _l("%(least)s till %(most)s"),
    "LIX {measured}, at most {limit}; shorten sentences and choose shorter words": _l(
        "LIX %(measured)s, högst %(limit)s. Korta meningarna och välj kortare ord."
    ),
    "the part has {total} words; {span} take about six minutes": _l(
        "Delen har %(total)s ord. %(span)s tar ungefär sex minuter."
    ),
    "the screen {screen} has {count} words; {span} read well": _l(
        "Skärmen %(screen)s har %(count)s ord. %(span)s är lagom."
    ),
    "LIX {measured} in the question and its feedback, at most {most}": _l(
        "LIX %(measured)s i frågan och dess återkoppling, högst %(most)s"
    ),
    "the question has {count} words, at most {most}": _l("Frågan har %(count)s ord, högst %(most)s"),
    "“{word}”; write instead: {instead}": _l("”%(word)s”. Skriv i stället: %(instead)s"),
    "the question does not say how many to choose ({expected})": _l(
        "Frågan säger inte hur många man ska välja (%(expected)s)"
    ),
    "the feedback has {count} words; {span} are enough": _l("Återkopplingen har %(count)s ord. %(span)s räcker."),
    "LIX {measured} in the case, at most {most}": _l("LIX %(measured)s i fallet, högst %(most)s"),
    "option id": _l("id för ett alternativ"),
    "row id": _l("id för en rad"),
    "step id": _l("id för ett steg"),
    "case id": _l("id för ett fall"),
    "term id": _l("id för ett ord"),
    "{key} does not belong to the kind {kind}; remove it from {name}": _l(
        "%(key)s hör inte till en fråga av slaget %(kind)s. Ta bort det ur %(name)s."
    ),
    "there is no option {option} in {name}; the options are {names}": _l(
        "Det finns inget alternativ %(option)s i %(name)s. Alternativen är %(names)s."
    ),
    "an option is plain text without bold; remove **": _l("Ett alternativ är ren text utan fet stil. Ta bort **"),
    "the case {name} asks twice on the goal {goal}; one question a goal is drawn, so give each its own": _l(
        "Fallet %(name)s frågar två gånger om målet %(goal)s. En fråga per mål dras, så ge varje fråga ett eget."
    ),
    "there is no word {term} in glossary.yaml; {mend}": _l("Ordet %(term)s finns inte i glossary.yaml: %(mend)s"),
    "no screen leads to the word {term}; link to it with [words](term:{term})": _l(
        "Ingen skärm leder till ordet %(term)s. Länka till det med [ord](term:%(term)s)"
    ),
    "a film cannot stand inside a box or list; move it out": _l(
        "En film kan inte stå inne i en ruta eller lista. Flytta ut den."
    ),
    "there is no file {file} beside the part; put it there": _l(
        "Det finns ingen fil %(file)s bredvid delen. Lägg den där."
    ),
    "the film has {size} bytes, at most {most}; shorten it, or link to it in the county's player": _l(
        "Filmen har %(size)s byte, högst %(most)s. Korta den, eller länka till den i länets spelare."
    ),
    "this is no MP4 or WebM film with the ending .mp4 or .webm; save it as one": _l(
        "Det här är ingen MP4- eller WebM-film med ändelsen .mp4 eller .webm. Spara den som en."
    ),
    "captions are a file with the ending .vtt whose first line is WEBVTT": _l(
        "Undertexter är en fil med ändelsen .vtt vars första rad är WEBVTT."
    ),
    "a time that cannot be read; write such as 00:01.000 --> 00:04.500": _l(
        "En tid som inte går att läsa. Skriv till exempel 00:01.000 --> 00:04.500"
    ),
    "the captions say nothing; write a line of times and what is said below it": _l(
        "Undertexterna säger ingenting. Skriv en rad med tider och det som sägs under den."
    ),
    "the captions {file} are those of {name}; translate them into a file of their own": _l(
        "Undertexterna %(file)s hör till %(name)s. Översätt dem till en egen fil."
    ),
    "the screen {screen} has {count} films here and {ours} in {name}; show the same ones": _l(
        "Skärmen %(screen)s har %(count)s filmer här och %(ours)s i %(name)s. Visa samma filmer."
    ),
    "a sentence of {count} words, at most {most}: {start}": _l("En mening på %(count)s ord, högst %(most)s: %(start)s"),
}
