"""Headings of systems' tables in other languages, in the words of the English site.

Moodle (its language packs `moodle`, `grades`, `assign`) and Canvas write their tables in the language of whoever saves
them. What is not known here stays as it is, in small letters.
"""

import re

from grading.course.table import visible

ENGLISH = {
    "first name": "vorname vornamen firstname given_name given_names givenname forename prénom nombre nome voornaam "
    "imię förnamn fornavn etunimi křestní_jméno krstné_meno keresztnév utónév adı ad prenume име имя ім'я ime eesnimi "
    "vardas vārds izena όνομα 名 名字 이름 tên ชื่อ الاسم_الأول שם_פרטי",
    "last name": "nachname lastname familienname family_name surname nom nom_de_famille apellido(s) apellidos apelidos "
    "cognome cognoms sobrenome apelido achternaam nazwisko efternamn etternavn efternavn sukunimi příjmení priezvisko "
    "vezetéknév családnév soyadı soyad nume фамилия прізвище prezime priimek perenimi perekonnanimi pavardė uzvārds "
    "deitura επώνυμο 姓 姓氏 성 họ นามสกุล اسم_العائلة الاسم_الأخير שם_משפחה",
    "full name": "vollständiger_name nom_complet nombre_completo nome_completo nome_cognome volledige_naam "
    "student_name display_name displayname navn naam namn nimi ad_soyad 姓名 氏名 성명 фио họ_và_tên họ_tên "
    "ชื่อ-สกุล الاسم_الكامل שם_מלא",
    "id number": "id-nummer matrikelnummer matrikelnr. matrikelnr matrikel-nr. matrikel-nr matr.-nr. matr.nr. matrikel "
    "matriculation institutional_identifier numéro_d'identification numéro_étudiant n°_étudiant número_de_id "
    "codice_identificativo número_de_identificação matricola numero_di_matricola matrícula nr_albumu numer_albumu "
    "studentnummer opiskelijanumero personnummer numer_id id_numarası identifikační_číslo identifikačné_číslo номер_id "
    "număr_identificare tunnistenumero azonosító_szám idナンバー id号 número_id cwid puid emplid school_uid 学号 學號 "
    "学籍番号 학번",
    "email address": "e-mail-adresse e-mail_address mail e-mail adresse_de_courriel adresse_e-mail adres_e-mail "
    "dirección_de_correo dirección_email correo_electrónico indirizzo_email endereço_de_email e-mailadres e-postadress "
    "e-postadresse e-mailadresse sähköpostiosoite e-mailová_adresa e-mail_cím e-posta_adresi adresă_de_email "
    "adreça_electrònica имейл_адрес адрес_электронной_почты електронна_пошта メールアドレス 电子邮件地址 電子郵件信箱",
    "username": "user_name anmeldename benutzername nutzername nutzernamen kennung nom_d'utilisateur "
    "nombre_de_usuario nome_utente nome_de_usuário gebruikersnaam netid net_id uniqname uid rz-kennung uni-id "
    "unique_user_id userprincipalname account логин 用户名 ユーザー名",
    "groups": "gruppen gruppe groupes grupos gruppi groepen grupy grupper ryhmät skupiny csoportok gruplar grupuri "
    "grups группы групи групe групи grupe skupine rühmad grupės grupas taldeak ομάδες グループ 小组 群组 그룹 nhóm กลุ่ม "
    "المجموعات קבוצות",
    "section": "section_name abschnitt sección sezione seção sectie sektion seksjon",
    "identifier": "identifiant identificador identificativo identificatie",
    "grade": "bewertung note calificación valutazione nota cijfer",
    "maximum grade": "bestwertung note_maximale calificación_máxima valutazione_massima nota_máxima maximumcijfer",
    "scale": "skala barème escala scala schaal",
    "grade can be changed": "bewertung_kann_geändert_werden la_note_peut_être_modifiée note_modifiable "
    "la_calificación_puede_ser_cambiada la_valutazione_può_essere_modificata a_nota_pode_ser_alterada "
    "cijfer_kan_gewijzigd_worden",
    "last modified (submission)": "zuletzt_geändert_(abgabe) dernière_modification_(travail_remis) "
    "última_modificación_(entrega) ultima_modifica_(consegna) última_modificação_(envio)",
}
# what numbers of institutions are called: "student number", "registration_number", "Banner ID"
NUMBER = re.compile(
    r"(?:student|matriculation|registration|enrol\w*|institution\w*|university|campus|banner|school|person|student sis)"
    r"(?: id)?[ #-]*(?:number|no\.?|nr\.?|num|#)|student sis id|banner id|campus id|university id|institution id",
)
_KNOWN = {other.replace("_", " "): english for english, others in ENGLISH.items() for other in others.split()}
# "Participant" of Moodle's languages as a file's name holds it, without signs: nobody's name (blind marking)
BLIND = set(
    re.findall(
        r"\w+",
        """participant participante partecipante teilnehmer teilnehmerin teilnehmende deelnemer deltaker deltager
        deltagare osallistuja uczestnik účastník účastníčka résztvevő participantul sudionik udeleženec katılımcı
        учасник участник συμμετέχων 参加者 参与者 参與者 참가자 مشارك משתתף""",
    )
)


def english(heading):
    """A heading's names in small letters, in English where they are known in another language."""
    names = [" ".join(visible(cell).casefold().split()) for cell in heading]
    return _canvas(names) or _as_a_whole([_known(name) for name in names])


def _known(name):
    """A heading's name in English: one listed above, a number's, first and last name in one column."""
    plain = re.sub(r" (?:of student|des studierenden)\Z", "", name.replace("’", "'").replace("_", " "))
    if name in _KNOWN or plain in _KNOWN:
        return _KNOWN.get(name, _KNOWN.get(plain))
    if plain in ("first name", "last name", "email address"):
        return plain
    if NUMBER.fullmatch(plain):
        return "id number"
    parts = {_KNOWN.get(part, part) for part in re.split(r" ?[/,&+] ?| (?:and|und|et|y|e|i|och|og|en|a|ve) ", plain)}
    return "full name" if len(parts) == 2 and parts <= {"first name", "last name", "name", "surname"} else name


def _as_a_whole(names):
    """Names that mean another thing beside others: a "Name" beside a first one, a "Nom" beside "Cognoms"."""
    first, last = names.count("first name"), names.count("last name")
    if first == 1 and not last and "name" in names:
        return ["last name" if name == "name" else name for name in names]
    if last == 2 and not first:
        at = names.index("last name")
        return [*names[:at], "first name", *names[at + 1 :]]
    return names


def _canvas(names):
    """Canvas's heading in any language: a name, "ID", then what stands in the institution's SIS; else None."""
    sis = [place for place, name in enumerate(names[:6]) if re.search(r"\bsis\b", name)]
    if not sis or names[1:2] != ["id"] or len(sis) > 2 or names[0] == "student":
        return None
    told = [_KNOWN.get(name, name) for name in names]
    told[0], told[sis[-1]] = "student", "sis login id"
    if len(sis) == 2:
        told[sis[0]] = "sis user id"
    return told


def is_blind(name):
    """Whether a name is only the word "Participant", in some language."""
    return re.sub(r"[\W_]", "", name.casefold()) in BLIND


def participant(text):
    """501 of "Participant 501" or "Teilnehmer/in501"; any other text as it is."""
    found = re.fullmatch(r"(\D+?)\s*(\d+)", text.strip())
    return found[2] if found and is_blind(found[1]) else text.strip()
